/* Put it all together, once. */
'use strict';

(function (p) {
    const READABLE = 46; /* pixels a column: less, and most labels go */
    const part = (id) => document.getElementById(id);

    function start() {
        p.load(part('model').textContent);
        p.readFonts();
        p.defineShapes(part('shared'));
        p.findFolds();
        p.rowsLayout.assign();
        p.rowsLayout.layout();
        p.writeReport();
        p.resize();
        p.axis.begin(READABLE);
        part('fold-group').classList.toggle('off', !p.folds.length);
        p.relayout();
        p.startView();
        p.startDetails();
        p.startSearch();
        p.startKeys();
        p.startOverview();
        if (p.model.findings.length)
            p.choose(p.model.findings[0]);
        else
            p.showFirst();
        p.startPaper();
        document.documentElement.dataset.ready = 'yes';
    }

    try {
        start();
    } catch (error) {
        part('dropped').hidden = false;
        part('dropped').textContent = 'This picture cannot be drawn: ' +
            error.message;
        throw error;
    }
})(picture);
