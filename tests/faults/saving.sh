# Saving: where to, in which order, and what a run keeps when it goes wrong.

fault_lock_that_fails_is_refused() {
  traceable
  train k --epochs 2
  for error in ENOLCK EOPNOTSUPP EBADF; do
    expect 74 'cannot lock the run folder' faulty flock:error=$error vgan train --resume k --epochs 4
    expect 74 'cannot lock the run folder' faulty flock:error=$error vgan train "${tiny[@]}" --out u
  done
  expect 0 '' faulty flock:error=EINTR:when=1 vgan train --resume k --epochs 4
}

fault_renamed_folder_keeps_its_run() {
  "$binary" train "${tiny[@]}" --epochs 100000000 --save-every 50 --out k >said 2>&1 </dev/null &
  local run=$! status=0
  wait_for test -e "$(checkpoint_of k 50)"
  mv k old
  mkdir k
  local before
  before=$(ls old/checkpoints)
  wait_for eval '[ "$(ls old/checkpoints)" != "$before" ]'
  kill -TERM $run
  wait $run || status=$?
  [ $status = 75 ] || fail "exit status $status, not 75: $(cat said)"
  [ -z "$(ls k)" ] || fail "the new folder got $(ls k)"
  grep -q -- '--resume .*/old$' said || fail "said: $(tail -n 1 said)"
}

fault_finite_garbage_leaves_the_best_checkpoint() {
  # The first step throws the weights out of reach: finite, and saved. At 1e10 the next one is NaN.
  local vae=(vgan train "${tiny[@]}" --model vae --save-every 1 --keep 1)
  expect 3 'diverged' "${vae[@]}" --lr 1e10 --epochs 6 --out v
  there "$(checkpoint_of v 0)"
  expect 0 '' "${vae[@]}" --lr 1e3 --epochs 6 --out w
  there "$(checkpoint_of w 0)"
  there "$(checkpoint_of w 6)"
  [ "$(ls w/checkpoints | wc -l)" = 2 ] || fail "kept $(ls w/checkpoints)"
  expect 0 '' vgan train --resume w --epochs 9 --quiet
  there "$(checkpoint_of w 0)"
  there "$(checkpoint_of w 9)"
}

fault_interrupted_system_calls_are_made_again() {
  traceable
  train k --epochs 2 --save-every 1
  local call
  for call in fsync renameat flock; do
    for when in 1 2 5; do
      rm -rf j
      cp -a k j
      expect 0 '' faulty $call:error=EINTR:when=$when vgan train --resume j --epochs 4 --quiet
      there "$(checkpoint_of j 4)"
    done
  done
  ON=$(checkpoint_of k 2) expect 0 '' \
    faulty pread64:error=EINTR:when=1..2 vgan train --resume k --epochs 4 --quiet
  ON=k expect 0 '' faulty openat:error=EINTR:when=1 vgan train --resume k --epochs 5 --quiet
}

fault_unreadable_folder_is_an_io_error() {
  traceable
  train runs/0001 --epochs 2
  expect 74 'Input/output error' faulty getdents64:error=EIO vgan train --resume --epochs 4
  expect 74 'Input/output error' faulty getdents64:error=EIO vgan train --resume runs/0001 --epochs 4
  expect 74 'Input/output error' faulty getdents64:error=EIO vgan train "${tiny[@]}" --epochs 4
  expect 74 'Input/output error' \
    faulty getdents64:error=EIO vgan generate --model runs/0001 --out s.npy
  expect 0 '' vgan train --resume --epochs 4
}

fault_unreadable_metrics_and_data_are_io_errors() {
  traceable
  train k --epochs 6
  cp k/metrics.jsonl before
  ON=k/metrics.jsonl expect 74 'Input/output error' \
    faulty read:error=EIO vgan train --resume k --epochs 8 --quiet
  same before k/metrics.jsonl
  ON=tiny.npy expect 74 'Input/output error' \
    faulty pread64:error=EIO vgan train "${tiny[@]}" --epochs 2 --out u
}

fault_no_more_threads() {
  traceable
  expect 0 '' faulty clone,clone3:error=EAGAIN vgan train "${tiny[@]}" --threads 4 --epochs 4 --out k
  expect 0 '' faulty clone,clone3:error=EAGAIN vgan generate --model k --count 5000 --out a.npy
  expect 0 '' vgan generate --model k --count 5000 --out b.npy
  same a.npy b.npy
}

fault_disk_that_takes_nothing() {
  traceable
  ! grep -q __ubsan_handle "$binary" ||
    skip 'UBSan writes to a pipe of its own to see whether memory can be read, and would be told 0 too'
  train k --epochs 2
  # Not for ever: glibc's own loop, which prints the message, would never end either.
  expect 74 'takes no more bytes' faulty write:retval=0:when=1..20 vgan generate --model k --out s.npy
  absent s.npy
}

# Prints the system calls of the trace that touch the disk, with the paths of descriptors.
disk_order() {
  strace -f -y --quiet=all -o trace -e trace=write,fsync,renameat,mkdir,mkdirat "$binary" "$@" \
    >said 2>&1 </dev/null || fail "$*: $(cat said)"
  sed -E 's/^[0-9]+ +//' trace
}

fault_everything_is_flushed_in_order() {
  traceable
  disk_order train "${tiny[@]}" --epochs 6 --save-every 2 --keep 2 --out deep/er/k >order
  awk '
    function path(line) { match(line, /<[^>]*>/); return substr(line, RSTART + 1, RLENGTH - 2) }
    function bad(text) { print FNR ": " text ": " $0; failed = 1; exit 1 }
    /^mkdir/ { made++; waiting = $0; next }
    /^fsync/ {
      flushed[path($0)] = FNR
      if (waiting != "" && path($0) !~ /\.(tmp-|jsonl)/) waiting = ""
    }
    waiting != "" && /^(write|renameat)/ { bad("before the new folder was flushed: " waiting) }
    /^write/ && path($0) ~ /metrics.jsonl$/ { lines = FNR; journal = path($0) }
    /^renameat/ {
      match($0, /"[^"]*"/); name = substr($0, RSTART + 1, RLENGTH - 2)
      temporary = path($0) "/" name
      if (!(temporary in flushed)) bad("renamed before it was flushed")
      if (renamed != "" && flushed[renamed] < renamed_at) bad("the folder was not flushed: " renamed)
      renamed = path($0); renamed_at = FNR
      if (/epoch-[0-9]*.safetensors/ && lines > 0 && flushed[journal] < lines) {
        bad("a checkpoint ahead of its metrics")
      }
      if (/epoch-[0-9]*.safetensors/) saved++
    }
    END { if (!failed && (made < 3 || saved < 4 || lines == 0)) { print "too little seen"; exit 1 } }
  ' order >wrong || fail "$(cat wrong)"
}
