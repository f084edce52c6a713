# Files: their modes, their kinds, their names, and which of them may be written over.

fault_modes_are_kept() {
  train k --epochs 2
  chmod 600 k/metrics.jsonl k/config.toml
  chmod 640 k/samples.npy
  expect 0 '' vgan train --resume k --epochs 4
  expect 0 '' vgan generate --model k --out k/samples.npy
  [ "$(stat -c %a k/metrics.jsonl k/config.toml k/samples.npy | tr '\n' ' ')" = '600 600 640 ' ] ||
    fail "$(ls -l k)"
}

fault_metrics_that_are_a_fifo_are_refused() {
  train k --epochs 2
  rm k/metrics.jsonl
  mkfifo k/metrics.jsonl
  expect 74 'FIFO' timeout -s KILL 30 "$binary" train --resume k --epochs 4
}

fault_control_characters_are_escaped() {
  local name=$'e\e[31mv\xc2\x9bi\nl' command
  train "$name" --epochs 2
  cp said all
  expect 78 'already holds a run' vgan train "${tiny[@]}" --out "$name"
  cat said >>all
  expect 0 '' vgan generate --model "$name" --out "$name/s.npy"
  cat said >>all
  expect 0 '' vgan inspect "$name"
  cat said >>all
  expect 74 '' vgan generate --model "$name/none" --out s.npy
  cat said >>all
  expect 2 '' vgan "$name"
  cat said >>all
  [ "$(LC_ALL=C tr -d '\n\040-\176' <all | wc -c)" = 0 ] || fail "$(LC_ALL=C cat -v all)"
  grep -qF 'e\x1b[31mv\xc2\x9bi\x0al' all || fail "$(cat -v all)"
}

fault_killed_generate_leaves_nothing_for_long() {
  traceable
  train k --epochs 2
  mkdir g
  faulty fsync:signal=SIGKILL vgan generate --model k --out g/s.npy >/dev/null 2>&1 || true
  [ "$(ls -A g | grep -c tmp)" = 1 ] || fail "nothing was left to sweep: $(ls -A g)"
  expect 0 '' vgan generate --model k --out g/s.npy
  [ "$(ls -A g)" = s.npy ] || fail "left: $(ls -A g)"
}

fault_file_of_a_live_writer_is_not_swept() {
  traceable
  train k --epochs 2
  mkdir g
  faulty fsync:signal=SIGSTOP:when=1 vgan generate --model k --seed 5 --out g/s.npy >first 2>&1 &
  local tracer=$! status=0
  wait_for grep -q SIGSTOP trace
  cp trace stopped
  expect 0 '' vgan generate --model k --seed 6 --out g/s.npy
  cp g/s.npy six.npy
  kill -CONT "$(sed -n '/fsync/{s/ .*//p;q}' stopped)"
  wait $tracer || status=$?
  [ $status = 0 ] || fail "exit status $status: $(cat first)"
  [ "$(ls -A g)" = s.npy ] || fail "left: $(ls -A g)"
  ! cmp -s six.npy g/s.npy || fail "the first writer's file was lost"
}

fault_pictures_never_end_a_run() {
  traceable
  train k --epochs 2
  rm k/losses.png
  mkdir k/losses.png
  expect 0 'the run goes on' vgan train --resume k --epochs 4 --save-every 1 --quiet
  [ "$(wc -l <errors)" = 1 ] || fail "not said once: $(cat errors)"
  mkdir -p u
  ON=$PWD/u/samples expect 0 'No space left' faulty openat:error=ENOSPC:when=2+ \
    vgan train "${tiny[@]}" --epochs 4 --sample-every 1 --out u
  there "$(checkpoint_of u 4)"
  there u/samples.npy
}

fault_inputs_are_never_outputs() {
  printf "\x93NUMPY\x01\x00v\x00%-117s\n" \
    "{'descr': '|u1', 'fortran_order': False, 'shape': (24,), }" >labels.npy
  head -c 24 /dev/zero >>labels.npy
  train k --epochs 2 --labels labels.npy
  find k tiny.npy labels.npy -type f -exec md5sum {} + | sort >before
  local out
  expect 2 'which is read' vgan generate --model k --format npy --out "$(checkpoint_of k 2)"
  for out in tiny.npy labels.npy k/config.toml k/metrics.jsonl "$(checkpoint_of k 0)" \
    k/checkpoints/new.npy ./k/../k/config.toml; do
    expect 2 'of the run' vgan generate --model k --format npy --out $out
  done
  ln -s k/metrics.jsonl link.npy
  expect 2 'of the run' vgan generate --model k --out link.npy
  find k tiny.npy labels.npy -type f -exec md5sum {} + | sort >after
  same before after
}
