(function () {
  "use strict";
  var place = document.getElementById("search");
  var rows = Array.prototype.slice.call(document.querySelectorAll("table.history tbody tr"));
  if (!place || rows.length === 0) { return; }
  var label = document.createElement("label");
  var field = document.createElement("input");
  var count = document.createElement("output");
  field.type = "search";
  field.autocomplete = "off";
  label.textContent = place.getAttribute("data-label");
  label.appendChild(field);
  place.appendChild(label);
  place.appendChild(count);
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  field.addEventListener("input", function () {
    var words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row, at) {
      row.hidden = !words.every(function (word) { return texts[at].indexOf(word) !== -1; });
      if (!row.hidden) { shown += 1; }
    });
    var told = shown === 1 ? place.getAttribute("data-one") : shown + " " + place.getAttribute("data-many");
    count.textContent = words.length === 0 ? "" : told;
  });
})();
(function () {
  "use strict";
  var cases = document.querySelector(".cases");
  if (!cases) { return; }
  Array.prototype.forEach.call(cases.querySelectorAll("pre"), function (block) {
    var code = block.querySelector("code");
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = cases.getAttribute("data-copy");
    button.addEventListener("click", function () {
      var done = function () { button.textContent = cases.getAttribute("data-copied"); };
      var by_hand = function () {
        var range = document.createRange();
        range.selectNodeContents(code);
        window.getSelection().removeAllRanges();
        window.getSelection().addRange(range);
        if (document.execCommand("copy")) { done(); }
      };
      // A page that was opened as a file may not use the clipboard in every browser.
      if (navigator.clipboard) { navigator.clipboard.writeText(code.textContent).then(done, by_hand); } else { by_hand(); }
    });
    block.appendChild(button);
  });
})();
