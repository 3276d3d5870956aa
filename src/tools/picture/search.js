/* Searching: every word must be found in an event, in its lane, its lock or
   its line of the program. n and p then go from match to match; without a
   search they go from finding to finding. */
'use strict';

(function (p) {
    const part = (id) => document.getElementById(id);
    let texts, matches = [], current = -1;

    function textOf(event) {
        const model = p.model, place = model.places[event.place];
        const object = model.objects[event.object];
        return [event.text, event.kind, p.laneName(model.lanes[event.lane]),
            object ? object.kind + ' ' + p.lockName(object) : '',
            place ? p.placeName(place) + ' ' + place.function + ' ' +
                p.source(place) : ''].join(' ').toLowerCase();
    }

    function say() {
        part('matches').textContent = !part('search').value.trim() ? '' :
            !matches.length ? 'no match' : current < 0 ?
                p.count(matches.length, 'match', 'matches') :
                current + 1 + ' of ' + matches.length;
    }

    p.search = function (wanted) {
        const words = wanted.toLowerCase().split(/\s+/).filter((w) => w);
        texts = texts || p.model.events.map(textOf);
        matches = [];
        if (words.length)
            texts.forEach((text, n) => {
                if (words.every((word) => text.includes(word)))
                    matches.push(n);
            });
        p.matched = new Set(matches);
        current = -1;
        say();
        p.redraw();
    };

    /* One match or finding on, or back. */
    p.step = function (by) {
        if (part('search').value.trim()) {
            if (!matches.length)
                return;
            current = current < 0 ? nearest(by) :
                (current + by + matches.length) % matches.length;
            say();
            p.select(matches[current]);
            return;
        }
        const findings = p.model.findings;
        if (!findings.length)
            return;
        const at = findings.indexOf(p.chosen);
        p.choose(findings[(at + by + findings.length) % findings.length]);
    };

    /* The first match after the selected event, or before it. */
    function nearest(by) {
        if (by < 0)
            return (p.lowerBound(matches, p.selected) - 1 + matches.length) %
                matches.length;
        return p.lowerBound(matches, p.selected) % matches.length;
    }

    p.startSearch = function () {
        const box = part('search');
        box.addEventListener('input', () => p.search(box.value));
        box.addEventListener('keydown', (event) => {
            if (event.key === 'Enter') {
                p.step(event.shiftKey ? -1 : 1);
                event.preventDefault();
            } else if (event.key === 'Escape') {
                box.value = '';
                p.search('');
                part('scroll').focus();
                event.stopPropagation();
            }
        });
        part('next').addEventListener('click', () => p.step(1));
        part('previous').addEventListener('click', () => p.step(-1));
    };
})(picture);
