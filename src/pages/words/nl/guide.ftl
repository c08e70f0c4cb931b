## De gids voor integratoren

guide-title = Gids
guide-heading = Gids voor integratoren
guide-intro = Hoe je programma tokens krijgt en de API aanroept: met voorbeelden die werken zoals ze er staan, en elke fout met de oorzaak en wat je eraan doet.
guide-chapters = Hoofdstukken
guide-contents = Op deze pagina
guide-sign-in = Log in
guide-sign-in-what = om de voorbeelden met je eigen client-ID en vestiging te zien.
guide-values = De voorbeelden gebruiken het client-ID van { $app } en de vestiging { $branch } ({ $id }).
guide-values-app = De voorbeelden gebruiken het client-ID van { $app }.
guide-values-branch = De voorbeelden gebruiken de vestiging { $branch } ({ $id }).
guide-secret = Het secret staat in
guide-previous = Vorige: { $title }
guide-next = Volgende: { $title }
guide-around = Meer hoofdstukken
guide-shell = Shell
guide-answer = Antwoord
guide-output = Uitvoer
guide-text = Tekst
guide-own = Je organisatie
