// What a report does beyond being read: a switch of schemes, a slider, read-outs of charts.
(function () {
  'use strict';
  var root = document.documentElement;

  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }

  // Light or dark: as the system has it, until somebody says otherwise.
  var scheme = document.getElementById('scheme');
  var system = window.matchMedia('(prefers-color-scheme: dark)');
  function isDark() {
    var own = root.getAttribute('data-scheme');
    return own ? own === 'dark' : system.matches;
  }
  function nameScheme() {
    scheme.textContent = isDark() ? 'Light' : 'Dark';
    scheme.setAttribute('aria-label', 'Switch to the ' + scheme.textContent.toLowerCase() + ' scheme');
  }
  scheme.hidden = false;
  scheme.addEventListener('click', function () {
    root.setAttribute('data-scheme', isDark() ? 'light' : 'dark');
    nameScheme();
  });
  if (system.addEventListener) system.addEventListener('change', nameScheme);
  nameScheme();

  // The samples over time.
  each('.slider', function (slider) {
    var frames = slider.parentNode.querySelectorAll('.frame');
    var range = slider.querySelector('input'), out = slider.querySelector('output');
    var play = slider.querySelector('.play'), timer = 0;
    slider.hidden = false;
    function show(at) {
      for (var i = 0; i < frames.length; ++i) frames[i].classList.toggle('shown', i === at);
      out.textContent = frames[at].getAttribute('data-epoch');
      range.setAttribute('aria-valuetext', 'after epoch ' + out.textContent);
    }
    function stop() {
      clearInterval(timer);
      timer = 0;
      play.textContent = 'Play';
    }
    range.addEventListener('input', function () {
      stop();
      show(Number(range.value));
    });
    play.addEventListener('click', function () {
      if (timer) return stop();
      if (Number(range.value) === frames.length - 1) range.value = 0;
      play.textContent = 'Stop';
      show(Number(range.value));
      timer = setInterval(function () {
        if (Number(range.value) === frames.length - 1) return stop();
        range.value = Number(range.value) + 1;
        show(Number(range.value));
      }, 400);
    });
    show(Number(range.value));
  });

  // Read-outs: the pointer, or the arrow keys, choose a place on the horizontal axis.
  function shortNumber(value) {
    if (value === null) return '\u2013';
    return String(Number(value.toPrecision(4)));
  }
  each('.reader', function (reader) {
    var plot = JSON.parse(reader.getAttribute('data-plot'));
    var names = reader.getAttribute('data-names').split('|');
    var unit = reader.getAttribute('data-unit');
    var svg = reader.querySelector('svg'), out = reader.parentNode.querySelector('.read');
    var at = plot.x.length - 1;
    var cursor = document.createElementNS('http://www.w3.org/2000/svg', 'line');
    cursor.setAttribute('class', 'cursor');
    cursor.setAttribute('y1', plot.t);
    cursor.setAttribute('y2', plot.b);
    cursor.style.display = 'none';
    svg.appendChild(cursor);
    reader.tabIndex = 0;
    reader.setAttribute('role', 'slider');
    reader.setAttribute('aria-label', reader.getAttribute('data-title') + ': read out');
    reader.setAttribute('aria-valuemin', 0);
    reader.setAttribute('aria-valuemax', plot.x.length - 1);
    function say() {
      var text = unit + ' ' + plot.x[at];
      for (var i = 0; i < plot.y.length; ++i) {
        text += ' \u00b7 ' + (plot.y.length > 1 || names[i] ? names[i] + ' ' : '') + shortNumber(plot.y[i][at]);
      }
      reader.setAttribute('aria-valuenow', at);
      reader.setAttribute('aria-valuetext', text);
      return text;
    }
    function show(place) {
      at = Math.max(0, Math.min(plot.x.length - 1, place));
      out.textContent = say();
      cursor.setAttribute('x1', plot.p[at]);
      cursor.setAttribute('x2', plot.p[at]);
      cursor.style.display = '';
    }
    function hide() {
      out.textContent = '';
      cursor.style.display = 'none';
    }
    reader.addEventListener('pointermove', function (event) {
      var box = svg.getBoundingClientRect();
      var x = (event.clientX - box.left) / box.width * plot.w, best = 0;
      for (var i = 1; i < plot.p.length; ++i) {
        if (Math.abs(plot.p[i] - x) < Math.abs(plot.p[best] - x)) best = i;
      }
      show(best);
    });
    reader.addEventListener('pointerleave', hide);
    reader.addEventListener('focus', function () { show(at); });
    reader.addEventListener('blur', hide);
    reader.addEventListener('keydown', function (event) {
      var step = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10}[event.key];
      if (step) show(at + step);
      else if (event.key === 'Home') show(0);
      else if (event.key === 'End') show(plot.x.length - 1);
      else return;
      event.preventDefault();
    });
    say();
  });

  // Commands to the clipboard, where the browser lets a page.
  each('.copy', function (button) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener('click', function () {
      navigator.clipboard.writeText(button.parentNode.querySelector('code').textContent).then(
        function () { button.textContent = 'Copied'; },
        function () { button.textContent = 'Not allowed'; });
    });
  });
})();
