# Resuming: from what, and that nothing is lost by it.

fault_read_error_is_no_damaged_checkpoint() {
  traceable
  train k --epochs 6 --save-every 2
  local newest
  newest=$(checkpoint_of k 6)
  for call in pread64:error=EIO:when=3 pread64:error=EIO:when=1+; do
    ON=$newest expect 74 'Input/output error' faulty $call vgan train --resume k --epochs 8 --quiet
    there "$newest"
    absent k/superseded
  done
  ON=k/checkpoints expect 74 'epoch-00000006.safetensors: found Permission denied' \
    faulty openat:error=EACCES:when=3 vgan train --resume k --epochs 8 --quiet
  there "$newest"
  absent k/superseded
  ON=$newest expect 74 'Input/output error' \
    faulty pread64:error=EIO:when=2 vgan generate --model k --out s.npy
  absent s.npy
  expect 0 '' vgan train --resume k --epochs 8 --quiet
}

fault_fallback_is_said_when_quiet() {
  train k --epochs 6 --save-every 2
  truncate -s -100 "$(checkpoint_of k 6)"
  expect 0 'epoch-00000006.safetensors' vgan train --resume k --epochs 8 --quiet
  [ "$(wc -l <errors)" = 1 ] || fail "not one line: $(cat errors)"
  there k/superseded/checkpoints/epoch-00000006.safetensors
}

fault_resume_locks_before_it_reads() {
  traceable
  train k --epochs 6 --save-every 2
  # The first process stops as soon as it has opened the folder, before its lock.
  ON=k faulty openat:signal=SIGSTOP:when=1 vgan train --resume k --epochs 8 --quiet >late 2>&1 &
  local tracer=$! late
  wait_for grep -q SIGSTOP trace
  late=$(sed -n '1s/ .*//p' trace)
  expect 0 '' vgan train --resume k --epochs 12 --save-every 0 --quiet
  kill -CONT "$late"
  local status=0
  wait $tracer || status=$?
  [ $status = 78 ] || fail "exit status $status, not 78: $(cat late)"
  grep -q 'nothing left to train' late || fail "said: $(cat late)"
  there "$(checkpoint_of k 12)"
  absent k/superseded
}

fault_superseded_files_get_numbers() {
  train k --epochs 6 --save-every 2 --sample-every 2 --keep 0
  cp "$(checkpoint_of k 6)" first
  for i in 1 2 3; do
    expect 0 '' vgan train --resume "$(checkpoint_of k 2)" --epochs 6 --quiet
  done
  local aside=k/superseded/checkpoints
  for name in epoch-00000006 epoch-00000006-2 epoch-00000006-3; do
    there $aside/$name.safetensors
    there k/superseded/samples/$name.png
  done
  same first $aside/epoch-00000006.safetensors
}

fault_run_that_never_began_is_taken_over() {
  traceable
  (
    ulimit -f 8
    expect 74 'ulimit -f' vgan train "${tiny[@]}" --epochs 4 --out u
  )
  expect 78 'start it again with --out u' vgan train --resume u
  train u --epochs 4
  there "$(checkpoint_of u 4)"

  # Killed at any rename, mkdir or write up to the first checkpoint.
  local call point
  for call in mkdir mkdirat rename renameat write fsync; do
    for point in 1 2 3; do
      rm -rf v
      faulty $call:signal=SIGKILL:when=$point vgan train "${tiny[@]}" --epochs 2 --out v \
        >/dev/null 2>&1 || true
      [ -e "$(checkpoint_of v 0)" ] || [ -e "$(checkpoint_of v 2)" ] || train v --epochs 2
    done
  done
}

fault_folder_of_another_is_not_taken_over() {
  local name
  for name in config.toml metrics.jsonl notes.txt samples.npy; do
    rm -rf mine
    mkdir mine
    echo precious >mine/$name
    expect 78 'not empty' vgan train "${tiny[@]}" --epochs 2 --out mine
    [ "$(cat mine/$name)" = precious ] || fail "mine/$name was lost"
  done
  rm -rf mine
  train mine --epochs 2
  rm mine/checkpoints/*  # metrics of epochs are somebody's work
  expect 78 'already holds a run' vgan train "${tiny[@]}" --epochs 2 --out mine
}
