/* Folding. A run of ten thousand events is mostly the same few over and
   over. Where nothing happens but what every process in it has done before,
   those events are drawn as one column, which says how often for each.

   An event repeats when its lane has gone from the same event before to the
   same event now at least twice already: this finds `lock, unlock, lock,
   unlock' also where two processes take turns irregularly. What a reader
   looks for is never folded: what failed, what a finding names and what is
   near it, births and deaths, and the last things that each process did. */
'use strict';

(function (p) {
    const SEEN = 2;     /* draw it so often before folding */
    const SHORTEST = 8; /* fold no fewer events than this */
    const OFTEN = 3;    /* in which somebody does something so often, */
    const LONG = 24;    /* or that are so many */
    const NEAR = 12;    /* events around a finding */
    const LAST = 6;     /* events at the end of a lane */
    const NEVER = new Set(['start', 'fork', 'exec', 'exit', 'killed',
        'wait-child', 'reaped', 'lock-failed', 'kill', 'create-thread',
        'join', 'map', 'unmap', 'open-name', 'remove-name', 'timed-out',
        'label', 'once']);
    const EACH = new Set(['init', 'destroy']); /* an array's, one by one */

    function keyOf(event) {
        return event.kind + ' ' + (EACH.has(event.kind) ? '' :
            event.object) + ' ' + event.place;
    }

    function repeats(model) {
        const folded = new Uint8Array(model.events.length);
        for (const lane of model.lanes) {
            const seen = new Map();
            let before = '';
            lane.events.forEach((n, rank) => {
                const key = keyOf(model.events[n]);
                const pair = before + '\n' + key;
                const times = seen.get(pair) || 0;
                seen.set(pair, times + 1);
                before = key;
                folded[n] = times >= SEEN &&
                    rank < lane.events.length - LAST ? 1 : 0;
            });
        }
        for (const event of model.events)
            if (event.bad || NEVER.has(event.kind))
                folded[event.n] = 0;
        for (const finding of model.findings)
            for (const n of finding.events)
                folded.fill(0, Math.max(0, n - NEAR), n + NEAR + 1);
        for (const span of model.spans)
            if (span.to < 0)
                folded[span.from] = 0;
        return folded;
    }

    /* What one lane does in a fold: its locks, and how often it does what
       it does most often. */
    function share(fold, event) {
        let mine = fold.shares.get(event.lane);
        if (!mine)
            fold.shares.set(event.lane,
                mine = {times: 0, texts: new Map(), objects: new Set()});
        const text = EACH.has(event.kind) ?
            event.text.replace(/`.*'/, '\u2026') : event.text;
        const times = (mine.texts.get(text) || 0) + 1;
        mine.texts.set(text, times);
        mine.times = Math.max(mine.times, times);
        if (event.object >= 0)
            mine.objects.add(event.object);
    }

    p.findFolds = function () {
        const model = p.model, folded = repeats(model);
        p.folds = [];
        for (let n = 0, first = 0; n <= folded.length; n++) {
            if (n < folded.length && folded[n])
                continue;
            if (n - first >= SHORTEST) {
                const fold = {first: first, last: n - 1, open: false,
                    shares: new Map()};
                for (let i = first; i < n; i++)
                    share(fold, model.events[i]);
                if (n - first >= LONG || Array.from(fold.shares.values())
                    .some((mine) => mine.times >= OFTEN))
                    p.folds.push(fold);
            }
            first = n + 1;
        }
    };

    /* The closed fold that event n is in, if it is in one. */
    p.foldOf = function (n) {
        return p.axis.foldAt[n];
    };

    p.setFolds = function (open) {
        for (const fold of p.folds)
            fold.open = open;
    };
})(picture);
