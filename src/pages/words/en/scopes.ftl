## What an app can do, by scope

resource-accounts = Accounts
resource-orders = Orders
resource-vehicles = Vehicles
resource-staff = Staff
resource-equipment = Equipment
resource-planning = Planning
resource-invoices = Invoices
scope-accounts-read = See customers, suppliers and carriers
scope-accounts-write = Add customers, suppliers and carriers, and change them
scope-orders-read = See transport orders and their stops
scope-orders-write = Add transport orders, and change them
scope-vehicles-read = See vehicles
scope-vehicles-write = Add vehicles, and change them
scope-staff-read = See drivers and other staff
scope-equipment-read = See trailers, containers and other equipment
scope-planning-read = See the planning of trips
scope-invoices-read = See invoices
scope-invoices-write = Add invoices, and change them
