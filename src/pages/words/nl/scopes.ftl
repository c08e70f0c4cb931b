## Wat een app kan, per scope

resource-accounts = Relaties
resource-orders = Orders
resource-vehicles = Voertuigen
resource-staff = Personeel
resource-equipment = Materieel
resource-planning = Planning
resource-invoices = Facturen
scope-accounts-read = Klanten, leveranciers en vervoerders bekijken
scope-accounts-write = Klanten, leveranciers en vervoerders toevoegen en wijzigen
scope-orders-read = Transportorders en hun stops bekijken
scope-orders-write = Transportorders toevoegen en wijzigen
scope-vehicles-read = Voertuigen bekijken
scope-vehicles-write = Voertuigen toevoegen en wijzigen
scope-staff-read = Chauffeurs en ander personeel bekijken
scope-equipment-read = Trailers, containers en ander materieel bekijken
scope-planning-read = De planning van ritten bekijken
scope-invoices-read = Facturen bekijken
scope-invoices-write = Facturen toevoegen en wijzigen
