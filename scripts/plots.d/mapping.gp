# What pages and forks cost over the size of what is mapped.
set multiplot
set label 101 "What a page costs, and a fork, over the size of the memory" \
    at screen 0.5, 0.955 center font title_font
gap = 0.105
left = 0.105
right = 0.975
panels = words(places)
wide = (right - left - (panels - 1) * gap) / panels
first = real(word(ticks, 1))
last = real(word(ticks, words(ticks)))
set logscale x
set xrange [first / (last / first)**0.04 : last * (last / first)**0.04]
set xtics scale 0.5 ("" first / 1e6)
do for [tick in ticks] {
    eval sprintf('set xtics add ("%s" %g)', bytes_text(real(tick)), real(tick))
}
set xlabel "size of the mapping"
set tmargin at screen 0.87
set bmargin at screen 0.36
text(value) = time_text(value)
axis = "y"
dash(n) = n > 8 ? 2 : 1
do for [panel = 1:panels] {
    place = word(places, panel)
    start = left + (panel - 1) * (wide + gap)
    set lmargin at screen start
    set rmargin at screen start + wide
    from = low_of(panel)
    to = high_of(panel)
    load "ticks.gp"
    set title (place eq "fork" ? "a fork" : "a page") offset 0, -0.4
    set ylabel place eq "fork" ? "time of a fork" : "time for each page" \
        offset screen 0.005, 0
    set key at screen start + wide / 2, 0.16 center center vertical \
        Left reverse \
        maxrows 6 samplen 3 spacing 1.15
    mine = ""
    do for [way in ways] {
        if ((way[1:4] eq "fork") == (place eq "fork")) { mine = mine." ".way }
    }
    plot \
        for [n = 1:words(mine)] figures using 4:(of(place, word(mine, n), \
            $5)):6:7 with yerrorbars linewidth 1 pointsize 0 \
            linecolor rgb colour(n) notitle, \
        for [n = 1:words(mine)] figures using 4:(of(place, word(mine, n), \
            $5)) linewidth 2 linecolor rgb colour(n) pointtype shape(n) \
            dashtype dash(n) title label(word(mine, n))
    unset label
}
unset multiplot
