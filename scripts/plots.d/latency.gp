# The distribution of the round trip, a row for each way.
picture = "Round trips of " . size . ": the fastest, the usual, the slow ones"
rows = words(ways)
# The figures in the order of their columns.
array entry_name[4] = ["median", "90 % are faster", "99 % are faster", \
    "fastest"]
array entry_colour[4] = [black, orange, vermillion, blue]
array entry_shape[4] = [7, 4, 8, 2]
set multiplot
set label 101 picture at screen 0.5, 0.955 center font title_font
left = 0.145
gap = 0.035
right = 0.965
panels = words(places)
wide = (right - left - (panels - 1) * gap) / panels
axis = "x"
text(value) = time_text(value)
set xlabel "time of a round trip"
set yrange [rows + 0.5 : 0.5]
set tmargin at screen 0.87
set bmargin at screen 0.2
unset key
# A figure of a way that the axis has room for, or of one that it has not.
inside(value) = column(5) > to ? NaN : of(place, "", value)
outside(value) = column(5) > to ? of(place, "", value) : NaN
do for [panel = 1:panels] {
    place = word(places, panel)
    set lmargin at screen left + (panel - 1) * (wide + gap)
    set rmargin at screen left + (panel - 1) * (wide + gap) + wide
    set title headline(place) offset 0, -0.4
    # Each panel has an axis of its own, which ends before a way that is out
    # of all proportion; that one is written at the end of its row.
    from = low_of(panel)
    to = real(word(usual, panel))
    load "ticks.gp"
    set ytics scale 0 ("" 1)
    do for [n = 1:rows] {
        eval sprintf('set ytics add ("%s" %d)', \
            panel == 1 ? label(word(ways, n)) : "", n)
    }
    plot figures using (inside($14)):1: \
            ($11 - $14):(0) \
            with vectors nohead linecolor rgb 0xBBBBBB linewidth 1.5, \
        for [n = 0:3] figures using (inside(column(5 + 3 * n))):1: \
            (column(6 + 3 * n)):(column(7 + 3 * n)) with xerrorbars \
            linewidth 1 pointsize 0 linecolor rgb entry_colour[n + 1], \
        for [n in "3 0 1 2"] figures using \
            (inside(column(5 + 3 * n))):1 with points \
            linewidth 1.3 linecolor rgb entry_colour[n + 1] \
            pointtype entry_shape[n + 1], \
        figures using (outside(to)):1: \
            (sprintf("median %s →", short_time($5))) with labels right
    unset label
}
entry_style = "points"
entry_left = 0.08
entry_right = 0.98
bottom = 0.075
load "legend.gp"
unset multiplot
