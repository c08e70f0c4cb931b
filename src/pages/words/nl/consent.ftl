## Een app vraagt toegang

authorize-unreadable = De app heeft je hierheen gestuurd met een onleesbaar verzoek. Ga terug naar de app en probeer het opnieuw.
authorize-unknown-app = De app die je hierheen stuurde is niet bekend. De app heeft niets gekregen. Laat de maker weten dat de client_id niet is geregistreerd.
authorize-revoked-app = De app die je hierheen stuurde is op dit moment geblokkeerd. De app heeft niets gekregen. Een beheerder van de organisatie kan je meer vertellen.
authorize-redirect-uri = De app wil je naar een adres sturen dat niet voor de app is geregistreerd. Daarom blijf je hier. De app heeft niets gekregen. Laat de maker weten dat de redirect_uri niet is geregistreerd.
authorize-decided = Je hebt dit verzoek al beantwoord. Wil je een ander antwoord geven? Begin dan opnieuw in de app.
consent-title = { $app } toestaan?
consent-intro = { $app } wil Routix gebruiken als { $email }. Dan kan de app:
consent-writes = kan wijzigen
consent-homepage = Website
consent-registered = Geregistreerd
consent-registered-by = door { $organization }, op { $date }
consent-returns = Stuurt je terug naar
consent-this-computer = een programma op deze computer
consent-application = de toepassing waar “{ $scheme }” bij hoort
consent-stranger = Deze app is van een andere organisatie, { $organization }. Routix heeft niet nagegaan wie erachter zit. Sta dit alleen toe als je de app kent.
consent-local = Hierna ga je terug naar een programma op je eigen computer of telefoon. Sta dit alleen toe als je { $app } zojuist zelf hebt gestart.
consent-organization = Voor organisatie
consent-which-organization = Voor welke organisatie?
consent-choose-organization = Kies de organisatie waarvoor je dit wilt toestaan.
consent-nowhere = Er is geen organisatie waarin jij dit mag toestaan. Voor toegang waarmee iets gewijzigd kan worden, moet je daar meer dan kijker zijn.
consent-withdraw = { $app } kan alleen bij de vestigingen waar jij zelf bij kunt. Je kunt dit altijd intrekken, bij “Je account”.
consent-approve = Toestaan
consent-deny = Niet toestaan
consent-back = Terug naar de app
