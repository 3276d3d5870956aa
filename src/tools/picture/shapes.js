/* SVG: elements, bars, and the arrow heads that all drawings share.
   Colours are those of Okabe and Ito, who chose them to differ for every kind
   of eyes; a lock also has its letter, and the seventh to twelfth are
   striped. */
'use strict';

(function (p) {
    const SVG = 'http://www.w3.org/2000/svg';

    p.svg = function (tag, attributes, ...children) {
        const made = document.createElementNS(SVG, tag);
        for (const name in attributes)
            if (attributes[name] !== undefined)
                made.setAttribute(name, attributes[name]);
        made.append(...children);
        return made;
    };

    function head(name) {
        return p.svg('marker', {id: 'head-' + name, viewBox: '0 0 10 10',
            refX: 9, refY: 5, markerWidth: 9, markerHeight: 9,
            markerUnits: 'userSpaceOnUse', orient: 'auto-start-reverse'},
        p.svg('path', {d: 'M0,0 L10,5 L0,10 z', class: 'head ' + name}));
    }

    p.defineShapes = function (where) {
        const defs = p.svg('defs', {});
        for (const name of ['wake', 'kin', 'kill'])
            defs.append(head(name));
        where.append(defs);
    };

    p.barClass = function (span) {
        const object = p.model.objects[span.object];
        const colour = object && object.letter ? object.colour : 'none';
        return 'bar ' + span.kind + ' lock' + colour;
    };

    /* Lines that rise to the right, cut off at the sides of the box. */
    function hatching(box) {
        const right = box.x + box.width, bottom = box.y + box.height;
        let d = '';
        for (let x = box.x - box.height + 4; x < right; x += 7) {
            const from = Math.max(0, box.x - x);
            const to = Math.min(box.height, right - x);
            d += 'M' + (x + from) + ',' + (bottom - from) +
                'L' + (x + to) + ',' + (bottom - to);
        }
        return d;
    }

    /* A bar and what tells its kind without colour. SVG's own patterns would
       do, but a printer gets them as pictures, of megabytes a page. */
    p.bar = function (kind, look, box) {
        const middle = 'M' + (box.x + 4) + ',' + (box.y + box.height / 2) +
            'H' + (box.x + box.width - 3);
        const shapes = [p.svg('rect', Object.assign({rx: 3, class: look},
            box))];
        const inner = {x: box.x + 1, y: box.y + 1, width: box.width - 2,
            height: box.height - 2};
        if (box.width < 5)
            return shapes;
        if (kind === 'blocked')
            shapes.push(p.svg('path', {d: hatching(inner), class: 'hatch ' +
                look.replace(/^.*(lock)/, '$1')}));
        else if (kind === 'asleep')
            shapes.push(p.svg('path', {d: middle, class: 'dots'}));
        else if (kind === 'striped')
            shapes.push(p.svg('path', {d: middle, class: 'stripes',
                'stroke-width': inner.height}));
        return shapes;
    };

    /* The infinity sign is drawn, not written: no font need have it. */
    p.infinity = function (x, y) {
        return p.svg('path', {class: 'infinity', d: 'M' + x + ',' + y +
            ' c4,-7 11,-7 11,0 c0,7 -7,7 -11,0' +
            ' c-4,-7 -11,-7 -11,0 c0,7 7,7 11,0 z'},
        p.svg('title', {}, 'stuck for ever'));
    };
})(picture);
