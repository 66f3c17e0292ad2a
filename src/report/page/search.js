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
