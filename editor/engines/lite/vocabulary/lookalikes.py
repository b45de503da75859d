"""Real English words one slip away from a word of ours: "print" is no misspelt "paint".

Found by running the spelling check over the most frequent English words; whoever adds
to the vocabulary may have to add here.
"""

_WORDS = """
    aiding alway ambler ameer analogy arena arenas arias arras awake award barley batter beached beaker
    beater being belter bight bitter blanc blanks bleacher blend blick blight blind bling block blocks
    blond blows bluey blurb blurt blurted boast boasting boning booing booting bowing boxing brand brawn
    breached break breaker brine brink brook brows bumpy burry butter carton cartons cartoonist
    cartoonists caste charity cheek cheeky cheep cheesy cherry chill chilli chills choral clank clarify
    clean cleanly cleat cline clove coast coder coiling colic collection colon colter compete confection
    conic connection conners conor consent considerate contend contest context contract contracted
    contracts contras contrasting convection convent cooing cooker cooking cooled cooper coors cooter
    coram coroners corral correctional corrective correlation corruption cosmic cosy cowling crane
    cranky crash creak creamy creat crimp crispin crispy criss crone cronk crunk crust daren dares
    darien darren darts dealt decal dedicate definitive deplete depressant depression depressions
    depressive derail derails detain detains dimer dimmed discrete dismay distal dorks downy drain drawl
    draws dreamy droop dulled dulles easel edged edict edith eliminator emphasis entice entirety evert
    exposes faced fairy faked famed fared fated fatten faxed fayed fazed feint ficus fille fizzy
    flattery flint float flutter folly frere frill gains garnish gentile genting gentry given goldy
    goody grail granny gratin gravy greed greek greta grins groin groom gutting hairy handy hardy harish
    hazel hazen heady heard heave herne herve hight hither hoard hotter hoyle illuminati illuminating
    imago impressionism impressions incense incredible incredibles inert inigo inserted intensively
    invent invented inverter invest invested joust justo lacing laine leads lessee lesser lesson levee
    levees lever levers liane licking lightening lightning ligne likely liken linea lived liver livery
    lives loans locale lofts looming looping loose loosing looting lords lotus louse lovely lover lowery
    lowes loyal macro manor marion marker market marred mashed massed mated meted micky micron milks
    miner minos missy mistry mists mitty moldy moods moore morel morne morse mucky mulch munch murry
    mused musky musty neural noose norse nostalgia oliva olivet orang overdose overt overtone pacer
    pacts pager pained pains painter palmer panting paras parks parle paste pasted pastes pasts patel
    pater payer peace peachy perch phobos phono phonograph photographers photographic photography photon
    photons picks picts plumb plume plush poach point pointed pointing ports preach print printed
    printing printings propel property prosper proto puncher puree purge purse qualify quiet quire quits
    quote radially rally realty recovery redaction remote retry riches rocher royale salomon salon
    saloon salutation sarong scala scalp scaly scape scare scarp scent scone scrip septa shaders shadowy
    shady shake shakes shales shall shame shamed shames shane shape shaped shaper shapes shard shared
    shares shari shark sharpener shave shaved shaves sheer shoot shout sight silvery sketches slade
    sleight sliver smell smidgen smudge snort sober solver sorter souter spade spades spall spout stade
    stage staid stale stall stang stank stans starlet strand strang strap strictures string stringer
    stripe strix strop structural strung substantively superb supper taint taken thais theis thine
    thingy thong tines tinny tinto tions tomes tonne tonnes torch total totes totnes touchy tough towed
    townes towns toyed tring tuned tunes tying udder underlie vantage varnish violent visible waken
    walsh warder warding wariness waring warmed warner warning warping warring washer washes washy
    wasted welly wetter whale wheat whine whines whore whose width wished witch writes
"""

LOOKALIKES: frozenset[str] = frozenset(_WORDS.split())
