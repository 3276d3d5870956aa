/* The words around the picture: what was run, the findings with their steps,
   the signs, the names of the lanes, the table of the locks. */
'use strict';

(function (p) {
    const part = (id) => document.getElementById(id);
    const SHOWN = 12; /* steps of a finding, locks of the legend */

    function head() {
        const model = p.model, lanes = model.lanes;
        part('command').textContent = model.command;
        document.title = 'mapfork trace: ' + model.command;
        const threads = lanes.filter((lane) => lane.thread).length;
        part('summary').textContent = [model.date, model.end,
            p.count(lanes.length - threads, 'process', 'processes') +
            (threads ? ' and ' + p.count(threads, 'thread', 'threads') : ''),
            p.count(model.events.length, 'event', 'events') + ' in ' +
            p.duration(model.duration)].filter((s) => s).join(' \u00b7 ');
        if (model.dropped > 0) {
            part('dropped').hidden = false;
            part('dropped').textContent = '\u26a0 ' +
                p.count(model.dropped, 'event', 'events') + ' dropped: the ' +
                'buffer, for ' + p.count(model.buffer, 'event', 'events') +
                ', was full. What is missing here may have happened.';
        }
        if (model.left_out > 0) {
            part('left-out').hidden = false;
            part('left-out').textContent =
                p.count(model.left_out, 'event is', 'events are') +
                ' not drawn, for the first, the last and those of ' +
                'findings tell most. Findings and the table of locks ' +
                'count them all; mapfork trace --events=N draws more.';
        }
    }

    function step(n) {
        const event = p.model.events[n], place = p.model.places[event.place];
        const button = p.element('button', {type: 'button', class: 'step'},
            p.laneName(p.model.lanes[event.lane]) + ' ' + event.text);
        button.addEventListener('click', () => p.select(n));
        return p.element('li', {}, button, place ? p.element('code',
            {title: p.source(place)}, ' ' + p.placeName(place)) : '');
    }

    p.choose = function (finding) {
        p.chosen = finding;
        for (const lane of p.rows)
            lane.numbered = lane.events.some((n) =>
                finding.events.includes(n));
        document.querySelectorAll('#finding-list > li').forEach((item, i) =>
            item.classList.toggle('chosen', p.model.findings[i] === finding));
        const closed = p.folds.filter((f) => !f.open && finding.events.some(
            (n) => n >= f.first && n <= f.last));
        for (const fold of closed)
            fold.open = true;
        p.relayout();
        p.bringIntoView(finding.events);
        p.redraw();
    };

    /* Silence about a run that hung, or of which something is missing, is
       no praise. */
    function innocent() {
        const model = p.model;
        if (!model.events.length)
            return 'Nothing was recorded';
        if (/^no progress/.test(model.end))
            return 'It hung, and no reason was found';
        return model.dropped > 0 ?
            'In what was recorded, nothing to find fault with' :
            'Nothing to find fault with';
    }

    function findings() {
        const list = p.model.findings;
        part('findings').classList.toggle('none', !list.length);
        if (!list.length) {
            part('findings-title').textContent = innocent();
            part('finding-list').remove();
            return;
        }
        if (!list.some((finding) => finding.severity !== 'note'))
            part('findings-title').textContent = 'What was found';
        const signs = {error: '\u2716', warning: '\u26a0', note: '\u2139'};
        list.forEach((finding) => {
            const button = p.element('button', {type: 'button',
                class: 'title', title: 'Show it in the picture'},
            (signs[finding.severity] || '') + ' ' + finding.title);
            button.addEventListener('click', () => {
                p.choose(finding);
                part('picture').scrollIntoView({block: 'nearest'});
            });
            const steps = p.element('ol', {class: 'steps'},
                ...finding.events.slice(0, SHOWN).map(step));
            part('finding-list').append(p.element('li',
                {class: finding.severity}, button,
                p.element('p', {}, finding.text), steps));
        });
    }

    function sign(draw, words) {
        const svg = p.svg('svg', {width: 34, height: 18, 'aria-hidden':
            'true'});
        svg.append(...draw);
        part('legend').append(p.element('span', {role: 'listitem'}, svg,
            p.element('span', {title: words}, words)));
    }

    function bar(kind, look) {
        return p.bar(kind, 'bar ' + look, {x: 1, y: 2, width: 32,
            height: 14});
    }

    function arrow(kind) {
        return p.svg('path', {d: 'M2,9 L32,9', class: 'arrow ' + kind,
            'marker-end': 'url(#head-' + kind + ')'});
    }

    function legend() {
        const kinds = new Set(p.model.spans.map((span) => span.kind));
        sign([p.svg('rect', {x: 1, y: 6.5, width: 32, height: 5,
            class: 'life'})], 'runs');
        for (const object of p.model.locked.slice(0, SHOWN))
            sign([...bar(object.striped ? 'striped' : 'hold',
                'hold lock' + object.colour),
            p.svg('g', {class: 'texts'}, p.svg('text', {x: 17, y: 13,
                'text-anchor': 'middle', class: 'bar-text on-lock' +
                object.colour}, object.letter))],
            'holds `' + object.name + '\'');
        const more = p.model.locked.length - SHOWN;
        if (more > 0)
            part('legend').append(p.element('span', {role: 'listitem'},
                'and ' + p.count(more, 'lock more', 'locks more')));
        if (kinds.has('read-hold'))
            sign(bar('read-hold', 'read-hold lock0'),
                'holds it for reading');
        if (kinds.has('blocked'))
            sign(bar('blocked', 'blocked lock0'),
                'blocked: waits for a lock');
        if (kinds.has('asleep'))
            sign(bar('asleep', 'asleep'),
                'asleep until woken');
        if (p.model.arrows.some((a) => a.kind === 'wake' ||
            a.kind === 'post'))
            sign([arrow('wake')], 'wakes');
        if (p.model.arrows.some((a) => a.kind === 'kill'))
            sign([arrow('kill')], 'kills');
        if (p.model.lanes.length > 1)
            sign([arrow('kin')], 'fork, exit');
        if (p.model.lanes.some((lane) => lane.stuck))
            sign([p.infinity(17, 9)], 'stuck for ever');
        if (p.folds.length)
            sign([...p.bar('fold', 'fold-box', {x: 1, y: 2, width: 32,
                height: 14}), p.svg('text', {x: 17, y: 13,
                class: 'fold-text', 'text-anchor': 'middle'}, '\u00d7 57')],
            'repeats, folded: a click unfolds');
    }

    function names() {
        for (const lane of p.rows) {
            const box = p.element('div', {class: 'name' + (lane.row % 2 ?
                ' odd' : '') + (lane.thread ? ' thread' : '') +
                (lane.stuck ? ' stuck' : ''), title: [p.laneName(lane),
                lane.end, lane.stuck].filter((s) => s).join('\n')},
            p.element('b', {}, lane.name),
            p.element('span', {class: 'number'}, lane.thread ?
                'thread ' + lane.tid : 'process ' + lane.pid));
            const end = lane.stuck ? '\u221e ' + lane.stuck : lane.end;
            if (end)
                box.append(p.element('span', {class: 'end' +
                    (/killed/.test(lane.end) ? ' killed' : '')}, end));
            box.style.height = lane.bottom - lane.top + 'px';
            part('names').append(box);
        }
    }

    function locks() {
        if (!p.model.locks.length) {
            part('locks').remove();
            return;
        }
        const line = (tag, cells) => p.element('tr', {}, ...cells.map(
            (cell) => p.element(tag, tag === 'th' ? {scope: 'col'} : {},
                cell)));
        part('lock-table').append(p.element('thead', {}, line('th',
            ['lock', 'where', 'acquired', 'had to wait', 'held', 'longest',
                'waited for'])));
        const body = p.element('tbody');
        for (const lock of p.model.locks) {
            const object = p.model.objects[lock.object];
            const longest = p.element('button', {type: 'button',
                title: 'Show it in the picture'}, p.duration(lock.longest));
            longest.addEventListener('click', () =>
                p.select(lock.longest_event));
            body.append(line('td', [p.lockName(object), object.where,
                lock.acquired.toLocaleString('en'),
                lock.contended.toLocaleString('en'),
                p.duration(lock.held), p.model.events[lock.longest_event] ?
                    longest : p.duration(lock.longest),
                p.duration(lock.waited)]));
        }
        part('lock-table').append(body);
    }

    p.writeReport = function () {
        head();
        findings();
        legend();
        names();
        locks();
    };
})(picture);
