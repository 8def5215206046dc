// Nothing here is needed: without it the slider is part of a form that asks the server for another instant, events are
// links, and a form is checked when it is sent. With it the slider moves at once, and an event opens in its place.
(function () {
  "use strict";
  document.documentElement.classList.add("js");
  var all = function (what, where) { return Array.prototype.slice.call((where || document).querySelectorAll(what)); };
  var fill = function (text, values) { return text.replace(/\{(\w+)\}/g, function (_, name) { return values[name]; }); };

  function timeline() {
    var slider = document.getElementById("slider");
    if (!slider) return;
    var events = all(".ev"), gaps = all(".gap"), clocks = all(".clk"), form = document.getElementById("asof");
    var fog = document.getElementById("fog"), at = document.getElementById("at"), out = document.getElementById("as-of");
    var counts = document.getElementById("counts"), reads = document.getElementById("reads");
    var W = Number(slider.max), known = events.filter(function (e) { return !e.classList.contains("unknown"); }).length;
    var half = events[0].offsetWidth / 2;
    // an event is known once the veil has left its column: half a column and the landing ring of its handoff
    var xs = events.map(function (e, i) { return i === events.length - 1 ? W : Number(e.dataset.x) + half + 5; });
    slider.style.left = "-7px";            // CSSOM, allowed under style-src 'self': half the thumb on either side
    slider.style.width = W + 14 + "px";

    function show(x, n) {
      known = n;
      var last = n === events.length, edge = last ? W : x;
      fog.setAttribute("x", edge); fog.setAttribute("width", Math.max(0, W - edge));
      at.setAttribute("d", at.getAttribute("d").replace(/^M\S+/, "M" + (last ? W + 3 : x)));
      events.forEach(function (e, i) { e.classList.toggle("unknown", i >= n); });
      gaps.forEach(function (g) { g.classList.toggle("unknown", Number(g.dataset.x) > edge); });
      clocks.forEach(function (c) {
        c.setAttribute("visibility", Number(c.dataset.start) <= n ? "visible" : "hidden");
        c.classList.toggle("pending", Number(c.dataset.stop) > n && !last);
        c.classList.toggle("over-then", Number(c.dataset.over) <= n);
      });
      all("tr.ck").forEach(function (r) {
        r.hidden = Number(r.dataset.start) > n;
        r.classList.toggle("pending", Number(r.dataset.stop) > n && !last);
        r.classList.toggle("over-then", Number(r.dataset.over) <= n);
      });
      var e = events[n - 1], values = { n: n, of: events.length };
      out.querySelector("b").textContent = e.dataset.at;
      out.querySelector("span").textContent = " · " + fill(last ? out.dataset.latest : out.dataset.nth, values);
      // the states in the heading are those of then, never of now
      e.dataset.states.split("|").forEach(function (v, i) {
        var f = document.querySelector("[data-f='" + i + "']");
        if (f) { f.hidden = !v; f.querySelector("b").textContent = v; }
      });
      var seen = events.slice(0, n), read = seen.filter(function (k) { return k.dataset.r === "1"; }).length;
      reads.textContent = fill(reads.dataset.of, { open: read, shut: n - read });
      var c = { n: n, a: 0, l: 0, r: 0, d: 0 };
      seen.forEach(function (k) { c[k.dataset.v] += 1; });
      counts.textContent = fill(counts.dataset.of, c);
      slider.setAttribute("aria-valuetext", out.textContent.trim());
      all("[data-step]", form).forEach(function (b) {
        b.disabled = b.dataset.step === "-1" ? n === 1 : b.dataset.step === "1" && last;
      });
    }
    function step(n) {
      n = Math.max(1, Math.min(events.length, n));
      slider.value = xs[n - 1];
      show(xs[n - 1], n);
    }
    slider.addEventListener("input", function () {
      var v = Number(slider.value), n = 1;
      xs.forEach(function (x, i) { if (x <= v + 1) n = i + 1; });
      show(Math.max(v, xs[0]), n);
    });
    slider.addEventListener("change", function () { step(known); });
    slider.addEventListener("keydown", function (k) {
      var d = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[k.key];
      if (d) { k.preventDefault(); step(known + d); }
    });
    form.addEventListener("submit", function (s) {
      s.preventDefault();
      var v = s.submitter && s.submitter.dataset.step;
      step(v === "latest" ? events.length : known + Number(v || 0));
    });
    slider.setAttribute("aria-valuetext", out.textContent.trim());
    var chosen = document.querySelector(".node.sel"), box = document.querySelector(".tl-scroll");
    if (chosen && box.scrollWidth > box.clientWidth) {
      box.scrollLeft = chosen.parentNode.offsetLeft - box.clientWidth * 0.8;
    }
  }

  // An event opens in its place; where that fails, for whatever reason, the link is followed.
  function panels() {
    var place = document.querySelector(".details");
    if (!place || !window.fetch) return;
    document.addEventListener("click", function (c) {
      var a = c.target.closest && c.target.closest("a[data-n]");
      if (!a || c.metaKey || c.ctrlKey || c.shiftKey || c.button) return;
      c.preventDefault();
      fetch(a.href, { headers: { accept: "text/html" }, credentials: "same-origin" }).then(function (r) {
        if (!r.ok || r.redirected) throw new Error("not this page");
        return r.text();
      }).then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html").querySelector(".details");
        place.innerHTML = fresh.innerHTML;
        history.replaceState(null, "", a.getAttribute("href").split("#")[0]);
        all(".node").forEach(function (n) {
          var on = n.dataset.n === a.dataset.n;
          n.classList.toggle("sel", on);
          if (on) n.setAttribute("aria-current", "true"); else n.removeAttribute("aria-current");
        });
        var event = document.getElementById("event"), box = event.getBoundingClientRect();
        event.focus({ preventScroll: true });
        if (box.top > innerHeight - 120 || box.bottom < 0) event.scrollIntoView({ block: "nearest" });
      }).catch(function () { location.href = a.href; });
    });
  }

  // What is typed is checked by the server as it will be when it is sent; only fields that were touched are marked.
  function live() {
    var form = document.querySelector("form[data-live]");
    if (!form || !window.fetch) return;
    var touched = {}, timer = 0;
    form.addEventListener("change", function (e) {
      var f = e.target.closest(".f");
      if (!f) return;
      touched[f.dataset.path] = true;
      clearTimeout(timer);
      timer = setTimeout(check, 400);
    });
    function check() {
      var said = new FormData(form);
      said.append("step", "check");
      fetch(form.dataset.live, { method: "POST", body: new URLSearchParams(said), credentials: "same-origin", headers: { accept: "text/html" } })
        .then(function (r) { if (r.status !== 422 && r.status !== 200) throw new Error("no form"); return r.text(); })
        .then(function (text) {
          var fresh = new DOMParser().parseFromString(text, "text/html");
          all(".f", form).forEach(function (f) {
            if (!touched[f.dataset.path]) return;
            var g = fresh.querySelector(".f[data-path='" + f.dataset.path + "']");
            var faults = g ? all(":scope > .doc .fault, :scope > .wide > .doc .fault", g) : [], place = f.querySelector(".doc");
            f.classList.toggle("bad", faults.length > 0);
            all(".fault", place).forEach(function (one) { one.remove(); });
            faults.reverse().forEach(function (one) { place.insertBefore(document.importNode(one, true), place.firstChild); });
          });
        }).catch(function () { /* it is checked when it is sent */ });
    }
  }

  // A dossier that is on its way is asked for again until it is there.
  function again() {
    var link = document.querySelector("[data-again]");
    if (link) setTimeout(function () { location.replace(link.href); }, 2000);
  }

  timeline();
  panels();
  live();
  again();
})();
