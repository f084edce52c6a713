#!/usr/bin/env bash
# A report in a browser: its script runs without an error, its charts and pictures are drawn, it
# asks for nothing from outside, and it is no wider than a phone; with axe-core at hand
# (VGAN_AXE=axe.min.js) also contrast, names and keyboard. Exit 77 where there is no Chromium.
#
# usage: check.sh VGAN_CUDA [REPORT...]      without reports it makes those of small runs
set -euo pipefail
vgan=$(realpath "$1")
shift
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then
  echo 'skipped: no Chromium here (Debian package chromium)'
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The page after its script, with a line of what was found for each check.
probe='<script>
addEventListener("load", function () {
  var found = [];
  document.querySelectorAll("img").forEach(function (img) {
    if (!img.naturalWidth) found.push("a picture is not drawn: " + img.alt);
  });
  document.querySelectorAll("svg.plot").forEach(function (svg) {
    if (!svg.querySelector("path, rect")) found.push("an empty plot: " + svg.getAttribute("aria-label"));
  });
  document.querySelectorAll(".reader").forEach(function (reader) {
    reader.focus();
    reader.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowLeft", bubbles: true}));
    if (!reader.parentNode.querySelector(".read").textContent) found.push("no read-out by keyboard");
    reader.blur();
  });
  var slider = document.querySelector(".slider input");
  if (slider) {
    slider.value = 0;
    slider.dispatchEvent(new Event("input"));
    if (document.querySelectorAll(".frame.shown").length !== 1) found.push("the slider shows no picture");
  }
  document.getElementById("scheme").click();
  if (!document.documentElement.getAttribute("data-scheme")) found.push("the scheme does not switch");
  document.getElementById("scheme").click();
  if (document.documentElement.scrollWidth > innerWidth) found.push("wider than the window: " + document.documentElement.scrollWidth);
  function tell() {
    var out = document.createElement("pre");
    out.id = "probe";
    out.textContent = "PROBE " + (found.length ? found.join("; ") : "fine") + " END";
    document.body.appendChild(out);
  }
  if (!window.axe) return tell();
  axe.run().then(function (result) {
    result.violations.forEach(function (one) {
      found.push(one.id + ": " + one.nodes[0].target + " (" + one.nodes.length + ")");
    });
    tell();
  });
});
</script>'

# look REPORT WIDTH: says what is wrong, if anything.
look() {
  local page=$work/page.html log=$work/log said
  { cat "$1"; if [ -n "${VGAN_AXE-}" ]; then echo '<script>'; cat "$VGAN_AXE"; echo '</script>'; fi
    echo "$probe"; } >"$page"
  timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars \
    --user-data-dir="$work/profile" --window-size="$2,900" --virtual-time-budget=20000 \
    --enable-logging=stderr --dump-dom "file://$page" >"$work/dom" 2>"$log" || {
    echo "$1: Chromium failed"
    return 1
  }
  said=$(tr '\n' ' ' <"$work/dom" | grep -o 'PROBE [^<]* END' | tail -1 || true)
  if grep -E 'CONSOLE.*(Error|Refused|Uncaught|violates)' "$log"; then
    echo "$1: an error in the browser"
    return 1
  fi
  [ "$said" = 'PROBE fine END' ] || { echo "$1 at $2: ${said:-the script did not end}"; return 1; }
}

reports=("$@") widths='1280 500'
if [ ${#reports[@]} = 0 ]; then
  cd "$work"
  small=(--device cpu --threads 1 --quiet)
  {  # 200 images of 8 x 8 bytes as .npy
    printf '\x93NUMPY\x01\x00v\x00'
    printf '%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': (200, 8, 8), }"
    awk 'BEGIN { for (i = 0; i < 12800; ++i) printf "%c", 33 + (i * 7 + int(i / 64) * 13) % 90 }'
  } >i.npy
  "$vgan" --data i.npy --epochs 30 --sample-every 10 --g-layers 16 --d-layers 16 --out images "${small[@]}"
  {
    echo 'speed,<b>kind</b>,force [N]'
    for i in $(seq 120); do echo "$((i * 7 % 40)),$([ $((i % 3)) = 0 ] && echo slow || echo 'a"b'),$((i * 21 % 120)).5"; done
  } >t.csv
  "$vgan" --preset masked --data t.csv --g-layers 32 --batch 64 --epochs 60 --out table "${small[@]}"
  "$vgan" report images table --as-is --out both.html
  reports=(images/report.html table/report.html both.html) widths=500  # a phone's: the harder one
fi
failed=0
for report in "${reports[@]}"; do
  for width in $widths; do look "$report" "$width" || failed=1; done
done
[ $failed = 0 ] && echo "checked ${#reports[@]} reports in $("$chromium" --version 2>/dev/null | head -1)"
exit $failed
