-- The business records behind the API proxy, one table a resource.
--
-- Safe while older code still runs: every table is new, and nothing that exists is touched.
--
-- The primary key is the order of creation within a branch, so that a page is one walk along neighbouring rows and no
-- statement can leave out organization and branch without losing the key. `seq` counts a branch's rows of one table.
-- `v1_object` is the fixed v1 answer, kept by the database itself, so that a page of v1 is copied and not assembled.
-- `record_counts` is kept by triggers in the transaction of the row: `total` never scans.

CREATE TABLE record_counts (
  organization_id TEXT NOT NULL, branch_id TEXT NOT NULL, resource TEXT NOT NULL,
  total INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  CONSTRAINT record_counts_pk PRIMARY KEY (organization_id, branch_id, resource),
  CONSTRAINT record_counts_total_ck CHECK (total >= 0)
) STRICT, WITHOUT ROWID;

-- First answers to POSTs with an Idempotency-Key, for 24 hours, written with the row they speak of.
CREATE TABLE idempotency_keys (
  organization_id TEXT NOT NULL, branch_id TEXT NOT NULL, app_id TEXT NOT NULL, route TEXT NOT NULL, key TEXT NOT NULL,
  fingerprint BLOB NOT NULL, status INTEGER NOT NULL, record_id TEXT NOT NULL, record_version INTEGER NOT NULL,
  body TEXT NOT NULL, created_at TEXT NOT NULL,
  CONSTRAINT idempotency_keys_pk PRIMARY KEY (organization_id, branch_id, app_id, route, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (organization_id, branch_id, created_at);

CREATE TABLE accounts (
  organization_id TEXT NOT NULL, branch_id TEXT NOT NULL, seq INTEGER NOT NULL,
  v1_object TEXT GENERATED ALWAYS AS (json_object(
    'id', id, 'company_name', company_name, 'email', email, 'phone', phone, 'account_type', account_type,
    'status', status)) STORED,
  id TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  company_name TEXT NOT NULL, email TEXT, phone TEXT, account_type TEXT NOT NULL, status TEXT NOT NULL,
  account_number TEXT, contact_name TEXT, vat_number TEXT, kvk_number TEXT, street TEXT, postal_code TEXT, city TEXT,
  country TEXT NOT NULL, language TEXT NOT NULL, payment_term_days INTEGER, remarks TEXT,
  CONSTRAINT accounts_pk PRIMARY KEY (organization_id, branch_id, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX accounts_id_uq ON accounts (organization_id, branch_id, id);
CREATE INDEX accounts_by_company_name ON accounts (organization_id, branch_id, company_name, seq);
CREATE INDEX accounts_by_email ON accounts (organization_id, branch_id, email, seq);
CREATE INDEX accounts_by_account_type ON accounts (organization_id, branch_id, account_type, seq);
CREATE INDEX accounts_by_status ON accounts (organization_id, branch_id, status, seq);

CREATE TRIGGER accounts_counted AFTER INSERT ON accounts BEGIN
  INSERT INTO record_counts (organization_id, branch_id, resource, total, last_seq)
  VALUES (NEW.organization_id, NEW.branch_id, 'accounts', 1, NEW.seq)
  ON CONFLICT (organization_id, branch_id, resource)
  DO UPDATE SET total = total + 1, last_seq = max(last_seq, excluded.last_seq);
END;
CREATE TRIGGER accounts_uncounted AFTER DELETE ON accounts BEGIN
  UPDATE record_counts SET total = total - 1
  WHERE organization_id = OLD.organization_id AND branch_id = OLD.branch_id AND resource = 'accounts';
END;
CREATE TRIGGER accounts_stay BEFORE UPDATE OF organization_id, branch_id, seq, id ON accounts BEGIN
  SELECT RAISE(ABORT, 'a record never moves');
END;

CREATE TABLE orders (
  organization_id TEXT NOT NULL, branch_id TEXT NOT NULL, seq INTEGER NOT NULL,
  v1_object TEXT GENERATED ALWAYS AS (json_object(
    'id', id, 'order_number', order_number, 'account_id', account_id, 'reference', reference, 'status', status,
    'loading_date', loading_date, 'delivery_date', delivery_date, 'stops', json(stops),
    'goods_description', goods_description, 'package_count', package_count, 'package_type', package_type,
    'weight_kg', weight_kg, 'loading_length_cm', loading_length_cm)) STORED,
  id TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  order_number TEXT NOT NULL, account_id TEXT, reference TEXT, status TEXT NOT NULL, loading_date TEXT,
  delivery_date TEXT, stops TEXT, goods_description TEXT, package_count INTEGER, package_type TEXT, weight_kg INTEGER,
  loading_length_cm INTEGER, price_cents INTEGER, adr INTEGER NOT NULL, un_number TEXT,
  temperature_controlled INTEGER NOT NULL, temperature_celsius INTEGER, tail_lift_required INTEGER NOT NULL,
  remarks TEXT,
  CONSTRAINT orders_stops_ck CHECK (json_valid(stops)),
  CONSTRAINT orders_pk PRIMARY KEY (organization_id, branch_id, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX orders_id_uq ON orders (organization_id, branch_id, id);
CREATE UNIQUE INDEX orders_order_number_uq ON orders (organization_id, branch_id, order_number);
CREATE INDEX orders_by_account_id ON orders (organization_id, branch_id, account_id, seq);
CREATE INDEX orders_by_reference ON orders (organization_id, branch_id, reference, seq);
CREATE INDEX orders_by_status ON orders (organization_id, branch_id, status, seq);
CREATE INDEX orders_by_loading_date ON orders (organization_id, branch_id, loading_date, seq);
CREATE INDEX orders_by_delivery_date ON orders (organization_id, branch_id, delivery_date, seq);

CREATE TRIGGER orders_counted AFTER INSERT ON orders BEGIN
  INSERT INTO record_counts (organization_id, branch_id, resource, total, last_seq)
  VALUES (NEW.organization_id, NEW.branch_id, 'orders', 1, NEW.seq)
  ON CONFLICT (organization_id, branch_id, resource)
  DO UPDATE SET total = total + 1, last_seq = max(last_seq, excluded.last_seq);
END;
CREATE TRIGGER orders_uncounted AFTER DELETE ON orders BEGIN
  UPDATE record_counts SET total = total - 1
  WHERE organization_id = OLD.organization_id AND branch_id = OLD.branch_id AND resource = 'orders';
END;
CREATE TRIGGER orders_stay BEFORE UPDATE OF organization_id, branch_id, seq, id ON orders BEGIN
  SELECT RAISE(ABORT, 'a record never moves');
END;

CREATE TABLE vehicles (
  organization_id TEXT NOT NULL, branch_id TEXT NOT NULL, seq INTEGER NOT NULL,
  v1_object TEXT GENERATED ALWAYS AS (json_object(
    'id', id, 'license_plate', license_plate, 'vehicle_type', vehicle_type, 'make', make, 'model', model,
    'status', status, 'max_payload_kg', max_payload_kg, 'loading_length_cm', loading_length_cm,
    'pallet_places', pallet_places)) STORED,
  id TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  license_plate TEXT NOT NULL, vehicle_type TEXT, make TEXT, model TEXT, status TEXT NOT NULL, max_payload_kg INTEGER,
  loading_length_cm INTEGER, pallet_places INTEGER, fuel_type TEXT, emission_class TEXT, build_year INTEGER,
  adr_certified INTEGER NOT NULL, tail_lift INTEGER NOT NULL, refrigerated INTEGER NOT NULL, vin TEXT,
  apk_expiry_date TEXT, tachograph_calibration_date TEXT,
  CONSTRAINT vehicles_pk PRIMARY KEY (organization_id, branch_id, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX vehicles_id_uq ON vehicles (organization_id, branch_id, id);
CREATE UNIQUE INDEX vehicles_license_plate_uq ON vehicles (organization_id, branch_id, license_plate);
CREATE INDEX vehicles_by_vehicle_type ON vehicles (organization_id, branch_id, vehicle_type, seq);
CREATE INDEX vehicles_by_status ON vehicles (organization_id, branch_id, status, seq);

CREATE TRIGGER vehicles_counted AFTER INSERT ON vehicles BEGIN
  INSERT INTO record_counts (organization_id, branch_id, resource, total, last_seq)
  VALUES (NEW.organization_id, NEW.branch_id, 'vehicles', 1, NEW.seq)
  ON CONFLICT (organization_id, branch_id, resource)
  DO UPDATE SET total = total + 1, last_seq = max(last_seq, excluded.last_seq);
END;
CREATE TRIGGER vehicles_uncounted AFTER DELETE ON vehicles BEGIN
  UPDATE record_counts SET total = total - 1
  WHERE organization_id = OLD.organization_id AND branch_id = OLD.branch_id AND resource = 'vehicles';
END;
CREATE TRIGGER vehicles_stay BEFORE UPDATE OF organization_id, branch_id, seq, id ON vehicles BEGIN
  SELECT RAISE(ABORT, 'a record never moves');
END;

CREATE TABLE staff (
  organization_id TEXT NOT NULL, branch_id TEXT NOT NULL, seq INTEGER NOT NULL,
  v1_object TEXT GENERATED ALWAYS AS (json_object(
    'id', id, 'employee_number', employee_number, 'first_name', first_name, 'last_name', last_name, 'role', role,
    'email', email, 'phone', phone, 'status', status)) STORED,
  id TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  employee_number TEXT, first_name TEXT, last_name TEXT, role TEXT NOT NULL, email TEXT, phone TEXT,
  status TEXT NOT NULL, license_categories TEXT, code_95_expiry_date TEXT, driver_card_expiry_date TEXT,
  adr_expiry_date TEXT, employed_since TEXT, weekly_hours INTEGER,
  CONSTRAINT staff_license_categories_ck CHECK (json_valid(license_categories)),
  CONSTRAINT staff_pk PRIMARY KEY (organization_id, branch_id, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX staff_id_uq ON staff (organization_id, branch_id, id);
CREATE INDEX staff_by_employee_number ON staff (organization_id, branch_id, employee_number, seq);
CREATE INDEX staff_by_last_name ON staff (organization_id, branch_id, last_name, seq);
CREATE INDEX staff_by_role ON staff (organization_id, branch_id, role, seq);
CREATE INDEX staff_by_status ON staff (organization_id, branch_id, status, seq);

CREATE TRIGGER staff_counted AFTER INSERT ON staff BEGIN
  INSERT INTO record_counts (organization_id, branch_id, resource, total, last_seq)
  VALUES (NEW.organization_id, NEW.branch_id, 'staff', 1, NEW.seq)
  ON CONFLICT (organization_id, branch_id, resource)
  DO UPDATE SET total = total + 1, last_seq = max(last_seq, excluded.last_seq);
END;
CREATE TRIGGER staff_uncounted AFTER DELETE ON staff BEGIN
  UPDATE record_counts SET total = total - 1
  WHERE organization_id = OLD.organization_id AND branch_id = OLD.branch_id AND resource = 'staff';
END;
CREATE TRIGGER staff_stay BEFORE UPDATE OF organization_id, branch_id, seq, id ON staff BEGIN
  SELECT RAISE(ABORT, 'a record never moves');
END;

CREATE TABLE equipment (
  organization_id TEXT NOT NULL, branch_id TEXT NOT NULL, seq INTEGER NOT NULL,
  v1_object TEXT GENERATED ALWAYS AS (json_object(
    'id', id, 'equipment_number', equipment_number, 'equipment_type', equipment_type, 'license_plate', license_plate,
    'status', status, 'max_payload_kg', max_payload_kg, 'loading_length_cm', loading_length_cm,
    'pallet_places', pallet_places)) STORED,
  id TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  equipment_number TEXT, equipment_type TEXT NOT NULL, license_plate TEXT, status TEXT NOT NULL,
  max_payload_kg INTEGER, loading_length_cm INTEGER, pallet_places INTEGER, make TEXT, build_year INTEGER,
  adr_certified INTEGER NOT NULL, tail_lift INTEGER NOT NULL, apk_expiry_date TEXT,
  CONSTRAINT equipment_pk PRIMARY KEY (organization_id, branch_id, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX equipment_id_uq ON equipment (organization_id, branch_id, id);
CREATE INDEX equipment_by_equipment_number ON equipment (organization_id, branch_id, equipment_number, seq);
CREATE INDEX equipment_by_equipment_type ON equipment (organization_id, branch_id, equipment_type, seq);
CREATE INDEX equipment_by_license_plate ON equipment (organization_id, branch_id, license_plate, seq);
CREATE INDEX equipment_by_status ON equipment (organization_id, branch_id, status, seq);

CREATE TRIGGER equipment_counted AFTER INSERT ON equipment BEGIN
  INSERT INTO record_counts (organization_id, branch_id, resource, total, last_seq)
  VALUES (NEW.organization_id, NEW.branch_id, 'equipment', 1, NEW.seq)
  ON CONFLICT (organization_id, branch_id, resource)
  DO UPDATE SET total = total + 1, last_seq = max(last_seq, excluded.last_seq);
END;
CREATE TRIGGER equipment_uncounted AFTER DELETE ON equipment BEGIN
  UPDATE record_counts SET total = total - 1
  WHERE organization_id = OLD.organization_id AND branch_id = OLD.branch_id AND resource = 'equipment';
END;
CREATE TRIGGER equipment_stay BEFORE UPDATE OF organization_id, branch_id, seq, id ON equipment BEGIN
  SELECT RAISE(ABORT, 'a record never moves');
END;

CREATE TABLE planning (
  organization_id TEXT NOT NULL, branch_id TEXT NOT NULL, seq INTEGER NOT NULL,
  v1_object TEXT GENERATED ALWAYS AS (json_object(
    'id', id, 'trip_number', trip_number, 'trip_date', trip_date, 'status', status, 'vehicle_id', vehicle_id,
    'driver_id', driver_id, 'equipment_id', equipment_id, 'departure_at', departure_at, 'arrival_at', arrival_at,
    'distance_km', distance_km, 'stops', json(stops))) STORED,
  id TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  trip_number TEXT, trip_date TEXT, status TEXT NOT NULL, vehicle_id TEXT, driver_id TEXT, equipment_id TEXT,
  departure_at TEXT, arrival_at TEXT, distance_km INTEGER, stops TEXT, weight_kg INTEGER, loading_length_cm INTEGER,
  remarks TEXT,
  CONSTRAINT planning_stops_ck CHECK (json_valid(stops)),
  CONSTRAINT planning_pk PRIMARY KEY (organization_id, branch_id, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX planning_id_uq ON planning (organization_id, branch_id, id);
CREATE INDEX planning_by_trip_number ON planning (organization_id, branch_id, trip_number, seq);
CREATE INDEX planning_by_trip_date ON planning (organization_id, branch_id, trip_date, seq);
CREATE INDEX planning_by_status ON planning (organization_id, branch_id, status, seq);
CREATE INDEX planning_by_vehicle_id ON planning (organization_id, branch_id, vehicle_id, seq);
CREATE INDEX planning_by_driver_id ON planning (organization_id, branch_id, driver_id, seq);
CREATE INDEX planning_by_equipment_id ON planning (organization_id, branch_id, equipment_id, seq);

CREATE TRIGGER planning_counted AFTER INSERT ON planning BEGIN
  INSERT INTO record_counts (organization_id, branch_id, resource, total, last_seq)
  VALUES (NEW.organization_id, NEW.branch_id, 'planning', 1, NEW.seq)
  ON CONFLICT (organization_id, branch_id, resource)
  DO UPDATE SET total = total + 1, last_seq = max(last_seq, excluded.last_seq);
END;
CREATE TRIGGER planning_uncounted AFTER DELETE ON planning BEGIN
  UPDATE record_counts SET total = total - 1
  WHERE organization_id = OLD.organization_id AND branch_id = OLD.branch_id AND resource = 'planning';
END;
CREATE TRIGGER planning_stay BEFORE UPDATE OF organization_id, branch_id, seq, id ON planning BEGIN
  SELECT RAISE(ABORT, 'a record never moves');
END;

CREATE TABLE invoices (
  organization_id TEXT NOT NULL, branch_id TEXT NOT NULL, seq INTEGER NOT NULL,
  v1_object TEXT GENERATED ALWAYS AS (json_object(
    'id', id, 'invoice_number', invoice_number, 'account_id', account_id, 'status', status,
    'invoice_date', invoice_date, 'due_date', due_date, 'currency', currency, 'net_cents', net_cents,
    'vat_cents', vat_cents, 'total_cents', total_cents)) STORED,
  id TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  invoice_number TEXT NOT NULL, account_id TEXT, status TEXT NOT NULL, invoice_date TEXT, due_date TEXT,
  currency TEXT NOT NULL, net_cents INTEGER, vat_cents INTEGER, total_cents INTEGER, vat_rate_percent INTEGER,
  vat_reverse_charged INTEGER NOT NULL, reference TEXT, lines TEXT, paid_date TEXT,
  CONSTRAINT invoices_lines_ck CHECK (json_valid(lines)),
  CONSTRAINT invoices_pk PRIMARY KEY (organization_id, branch_id, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX invoices_id_uq ON invoices (organization_id, branch_id, id);
CREATE UNIQUE INDEX invoices_invoice_number_uq ON invoices (organization_id, branch_id, invoice_number);
CREATE INDEX invoices_by_account_id ON invoices (organization_id, branch_id, account_id, seq);
CREATE INDEX invoices_by_status ON invoices (organization_id, branch_id, status, seq);
CREATE INDEX invoices_by_invoice_date ON invoices (organization_id, branch_id, invoice_date, seq);
CREATE INDEX invoices_by_due_date ON invoices (organization_id, branch_id, due_date, seq);

CREATE TRIGGER invoices_counted AFTER INSERT ON invoices BEGIN
  INSERT INTO record_counts (organization_id, branch_id, resource, total, last_seq)
  VALUES (NEW.organization_id, NEW.branch_id, 'invoices', 1, NEW.seq)
  ON CONFLICT (organization_id, branch_id, resource)
  DO UPDATE SET total = total + 1, last_seq = max(last_seq, excluded.last_seq);
END;
CREATE TRIGGER invoices_uncounted AFTER DELETE ON invoices BEGIN
  UPDATE record_counts SET total = total - 1
  WHERE organization_id = OLD.organization_id AND branch_id = OLD.branch_id AND resource = 'invoices';
END;
CREATE TRIGGER invoices_stay BEFORE UPDATE OF organization_id, branch_id, seq, id ON invoices BEGIN
  SELECT RAISE(ABORT, 'a record never moves');
END;
