-- The business records behind the API proxy, one table a resource; as in SQLite, with PostgreSQL's own types.
-- Safe beside running code: it is the first version of the schema.
--
-- Who may see a row is decided here once more (row level security): organization and branch of the row must be those of the
-- transaction. A statement that forgot to ask for its branch finds nothing of another one, and where nothing is set, nothing
-- is there.

-- Statements run as this role: it owns nothing, may not pass over the policies, and nobody signs in with it. Roles belong to
-- the whole cluster, so that another installation may have made it, or be making it now.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'routix_records') THEN
        CREATE ROLE routix_records NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE insufficient_privilege USING MESSAGE = 'this user may not make the role routix_records', HINT = format(
            'As a superuser: CREATE ROLE routix_records NOLOGIN; GRANT routix_records TO %I;', current_user);
END $$;
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'routix_records', 'MEMBER') THEN
        EXECUTE format('GRANT routix_records TO %I', current_user);
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE insufficient_privilege USING MESSAGE = 'this user may not become the role routix_records',
            HINT = format('As a superuser: GRANT routix_records TO %I;', current_user);
END $$;
DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO routix_records', current_schema());
END $$;

-- Whose rows this transaction may touch: the organization of the token, whose claims are set as they are at Supabase and its
-- like, and the branch that the proxy has resolved in it. NULL, and so nobody's, where they are not set.
CREATE FUNCTION claimed_organization() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'organization_id')::uuid
$$;
CREATE FUNCTION resolved_branch() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('routix.branch_id', true), '')::uuid
$$;

-- Values as they stand in an answer. They are immutable, although what they are made of is not in general: neither text nor
-- these patterns look at a setting.
CREATE FUNCTION json_of(uuid) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce('"' || $1::text || '"', 'null')
$$;
CREATE FUNCTION json_of(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(to_json($1)::text, 'null')
$$;
CREATE FUNCTION json_of(bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce($1::text, 'null')
$$;
CREATE FUNCTION json_of(boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce($1::text, 'null')
$$;
CREATE FUNCTION json_of(date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(to_char($1, '"\""YYYY-MM-DD"\""'), 'null')
$$;
CREATE FUNCTION json_of(timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(to_char($1 AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS"Z\""'), 'null')
$$;
CREATE FUNCTION json_of(json) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce($1::text, 'null')
$$;

CREATE TABLE record_counts (
    organization_id uuid NOT NULL, branch_id uuid NOT NULL, resource text COLLATE "C" NOT NULL,
    total bigint NOT NULL, last_seq bigint NOT NULL,
    CONSTRAINT record_counts_pk PRIMARY KEY (organization_id, branch_id, resource),
    CONSTRAINT record_counts_total_ck CHECK (total >= 0)
);

-- First answers to writes with an Idempotency-Key, for 24 hours, written with the row they speak of.
CREATE TABLE idempotency_keys (
    organization_id uuid NOT NULL, branch_id uuid NOT NULL, app_id uuid NOT NULL, route text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL, fingerprint bytea NOT NULL, status integer NOT NULL, record_id uuid NOT NULL,
    record_version bigint NOT NULL, body text NOT NULL, created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pk PRIMARY KEY (organization_id, branch_id, app_id, route, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (organization_id, branch_id, created_at);

-- A new row gets the place behind the last one of its branch. The lock of the counter is held until the transaction ends, so
-- that places come to be seen in their order, and one that was taken back is given again. The counter does not change with
-- each row: whoever looks for it would walk over all that it was in a long transaction. Without sorting, the last row is
-- found at the end of the primary key, whatever the planner knows of the table.
CREATE FUNCTION number_record() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT SET enable_sort = off AS $$
DECLARE
    counted bigint;
    newest bigint;
BEGIN
    LOOP
        SELECT c.last_seq INTO counted FROM record_counts c WHERE c.organization_id = NEW.organization_id
            AND c.branch_id = NEW.branch_id AND c.resource = TG_TABLE_NAME FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO record_counts (organization_id, branch_id, resource, total, last_seq)
        VALUES (NEW.organization_id, NEW.branch_id, TG_TABLE_NAME, 0, 0) ON CONFLICT DO NOTHING;
    END LOOP;
    EXECUTE format('SELECT seq FROM %s WHERE organization_id = $1 AND branch_id = $2 ORDER BY seq DESC LIMIT 1',
        TG_RELID::regclass) INTO newest USING NEW.organization_id, NEW.branch_id;
    NEW.seq := 1 + greatest(counted, newest);
    RETURN NEW;
END $$;
-- Counted are the rows that came to be or went, once a statement.
CREATE FUNCTION count_records() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE record_counts c SET total = c.total + a.number, last_seq = greatest(c.last_seq, a.newest)
    FROM (SELECT organization_id, branch_id, count(*) AS number, max(seq) AS newest FROM added GROUP BY 1, 2) a
    WHERE c.organization_id = a.organization_id AND c.branch_id = a.branch_id AND c.resource = TG_TABLE_NAME;
    RETURN NULL;
END $$;
CREATE FUNCTION uncount_records() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE record_counts c SET total = c.total - r.number
    FROM (SELECT organization_id, branch_id, count(*) AS number FROM removed GROUP BY 1, 2) r
    WHERE c.organization_id = r.organization_id AND c.branch_id = r.branch_id AND c.resource = TG_TABLE_NAME;
    RETURN NULL;
END $$;
CREATE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a record never moves';
END $$;

-- Rows are seen and written by their organization and branch alone, whoever asks; the owner too. The selects make it a
-- question asked once a statement and not once a row.
CREATE FUNCTION guard_rows(name regclass) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY of_branch ON %s USING (organization_id = (SELECT claimed_organization())'
        ' AND branch_id = (SELECT resolved_branch()))', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %s TO routix_records', name);
END $$;
-- All that a table of records needs besides its columns; for an operator's own tables too.
CREATE FUNCTION guard_records(name regclass) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM guard_rows(name);
    EXECUTE format('CREATE TRIGGER numbered BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION number_record()', name);
    EXECUTE format('CREATE TRIGGER counted AFTER INSERT ON %s REFERENCING NEW TABLE AS added'
        ' FOR EACH STATEMENT EXECUTE FUNCTION count_records()', name);
    EXECUTE format('CREATE TRIGGER uncounted AFTER DELETE ON %s REFERENCING OLD TABLE AS removed'
        ' FOR EACH STATEMENT EXECUTE FUNCTION uncount_records()', name);
    EXECUTE format('CREATE TRIGGER stay BEFORE UPDATE OF organization_id, branch_id, seq, id ON %s'
        ' FOR EACH ROW EXECUTE FUNCTION refuse_move()', name);
END $$;

SELECT guard_rows('record_counts');
SELECT guard_rows('idempotency_keys');
GRANT DELETE ON idempotency_keys TO routix_records;

CREATE TABLE accounts (
    organization_id uuid NOT NULL, branch_id uuid NOT NULL, seq bigint NOT NULL,
    v1_object text GENERATED ALWAYS AS (
        '{"id":' || json_of(id) || ',"company_name":' || json_of(company_name) || ',"email":' || json_of(email)
        || ',"phone":' || json_of(phone) || ',"account_type":' || json_of(account_type)
        || ',"status":' || json_of(status) || '}') STORED,
    id uuid NOT NULL, version bigint NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    company_name text COLLATE "C" NOT NULL, email text COLLATE "C", phone text COLLATE "C",
    account_type text COLLATE "C" NOT NULL, status text COLLATE "C" NOT NULL, account_number text COLLATE "C",
    contact_name text COLLATE "C", vat_number text COLLATE "C", kvk_number text COLLATE "C",
    street text COLLATE "C", postal_code text COLLATE "C", city text COLLATE "C",
    country text COLLATE "C" NOT NULL, language text COLLATE "C" NOT NULL, payment_term_days bigint,
    remarks text COLLATE "C",
    CONSTRAINT accounts_pk PRIMARY KEY (organization_id, branch_id, seq)
);
CREATE UNIQUE INDEX accounts_id_uq ON accounts (organization_id, branch_id, id);
CREATE INDEX accounts_by_company_name ON accounts (organization_id, branch_id, company_name NULLS FIRST, seq);
CREATE INDEX accounts_by_email ON accounts (organization_id, branch_id, email NULLS FIRST, seq);
CREATE INDEX accounts_by_account_type ON accounts (organization_id, branch_id, account_type NULLS FIRST, seq);
CREATE INDEX accounts_by_status ON accounts (organization_id, branch_id, status NULLS FIRST, seq);
SELECT guard_records('accounts');

CREATE TABLE orders (
    organization_id uuid NOT NULL, branch_id uuid NOT NULL, seq bigint NOT NULL,
    v1_object text GENERATED ALWAYS AS (
        '{"id":' || json_of(id) || ',"order_number":' || json_of(order_number)
        || ',"account_id":' || json_of(account_id) || ',"reference":' || json_of(reference)
        || ',"status":' || json_of(status) || ',"loading_date":' || json_of(loading_date)
        || ',"delivery_date":' || json_of(delivery_date) || ',"stops":' || json_of(stops)
        || ',"goods_description":' || json_of(goods_description)
        || ',"package_count":' || json_of(package_count) || ',"package_type":' || json_of(package_type)
        || ',"weight_kg":' || json_of(weight_kg) || ',"loading_length_cm":' || json_of(loading_length_cm) || '}') STORED,
    id uuid NOT NULL, version bigint NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    order_number text COLLATE "C" NOT NULL, account_id uuid, reference text COLLATE "C",
    status text COLLATE "C" NOT NULL, loading_date date, delivery_date date, stops json,
    goods_description text COLLATE "C", package_count bigint, package_type text COLLATE "C", weight_kg bigint,
    loading_length_cm bigint, price_cents bigint, adr boolean NOT NULL, un_number text COLLATE "C",
    temperature_controlled boolean NOT NULL, temperature_celsius bigint, tail_lift_required boolean NOT NULL,
    remarks text COLLATE "C",
    CONSTRAINT orders_pk PRIMARY KEY (organization_id, branch_id, seq)
);
CREATE UNIQUE INDEX orders_id_uq ON orders (organization_id, branch_id, id);
CREATE UNIQUE INDEX orders_order_number_uq ON orders (organization_id, branch_id, order_number NULLS FIRST);
CREATE INDEX orders_by_account_id ON orders (organization_id, branch_id, account_id NULLS FIRST, seq);
CREATE INDEX orders_by_reference ON orders (organization_id, branch_id, reference NULLS FIRST, seq);
CREATE INDEX orders_by_status ON orders (organization_id, branch_id, status NULLS FIRST, seq);
CREATE INDEX orders_by_loading_date ON orders (organization_id, branch_id, loading_date NULLS FIRST, seq);
CREATE INDEX orders_by_delivery_date ON orders (organization_id, branch_id, delivery_date NULLS FIRST, seq);
SELECT guard_records('orders');

CREATE TABLE vehicles (
    organization_id uuid NOT NULL, branch_id uuid NOT NULL, seq bigint NOT NULL,
    v1_object text GENERATED ALWAYS AS (
        '{"id":' || json_of(id) || ',"license_plate":' || json_of(license_plate)
        || ',"vehicle_type":' || json_of(vehicle_type) || ',"make":' || json_of(make)
        || ',"model":' || json_of(model) || ',"status":' || json_of(status)
        || ',"max_payload_kg":' || json_of(max_payload_kg)
        || ',"loading_length_cm":' || json_of(loading_length_cm)
        || ',"pallet_places":' || json_of(pallet_places) || '}') STORED,
    id uuid NOT NULL, version bigint NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    license_plate text COLLATE "C" NOT NULL, vehicle_type text COLLATE "C", make text COLLATE "C",
    model text COLLATE "C", status text COLLATE "C" NOT NULL, max_payload_kg bigint, loading_length_cm bigint,
    pallet_places bigint, fuel_type text COLLATE "C", emission_class text COLLATE "C", build_year bigint,
    adr_certified boolean NOT NULL, tail_lift boolean NOT NULL, refrigerated boolean NOT NULL,
    vin text COLLATE "C", apk_expiry_date date, tachograph_calibration_date date,
    CONSTRAINT vehicles_pk PRIMARY KEY (organization_id, branch_id, seq)
);
CREATE UNIQUE INDEX vehicles_id_uq ON vehicles (organization_id, branch_id, id);
CREATE UNIQUE INDEX vehicles_license_plate_uq ON vehicles (organization_id, branch_id, license_plate NULLS FIRST);
CREATE INDEX vehicles_by_vehicle_type ON vehicles (organization_id, branch_id, vehicle_type NULLS FIRST, seq);
CREATE INDEX vehicles_by_status ON vehicles (organization_id, branch_id, status NULLS FIRST, seq);
SELECT guard_records('vehicles');

CREATE TABLE staff (
    organization_id uuid NOT NULL, branch_id uuid NOT NULL, seq bigint NOT NULL,
    v1_object text GENERATED ALWAYS AS (
        '{"id":' || json_of(id) || ',"employee_number":' || json_of(employee_number)
        || ',"first_name":' || json_of(first_name) || ',"last_name":' || json_of(last_name)
        || ',"role":' || json_of(role) || ',"email":' || json_of(email) || ',"phone":' || json_of(phone)
        || ',"status":' || json_of(status) || '}') STORED,
    id uuid NOT NULL, version bigint NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    employee_number text COLLATE "C", first_name text COLLATE "C", last_name text COLLATE "C",
    role text COLLATE "C" NOT NULL, email text COLLATE "C", phone text COLLATE "C",
    status text COLLATE "C" NOT NULL, license_categories json, code_95_expiry_date date,
    driver_card_expiry_date date, adr_expiry_date date, employed_since date, weekly_hours bigint,
    CONSTRAINT staff_pk PRIMARY KEY (organization_id, branch_id, seq)
);
CREATE UNIQUE INDEX staff_id_uq ON staff (organization_id, branch_id, id);
CREATE INDEX staff_by_employee_number ON staff (organization_id, branch_id, employee_number NULLS FIRST, seq);
CREATE INDEX staff_by_last_name ON staff (organization_id, branch_id, last_name NULLS FIRST, seq);
CREATE INDEX staff_by_role ON staff (organization_id, branch_id, role NULLS FIRST, seq);
CREATE INDEX staff_by_status ON staff (organization_id, branch_id, status NULLS FIRST, seq);
SELECT guard_records('staff');

CREATE TABLE equipment (
    organization_id uuid NOT NULL, branch_id uuid NOT NULL, seq bigint NOT NULL,
    v1_object text GENERATED ALWAYS AS (
        '{"id":' || json_of(id) || ',"equipment_number":' || json_of(equipment_number)
        || ',"equipment_type":' || json_of(equipment_type) || ',"license_plate":' || json_of(license_plate)
        || ',"status":' || json_of(status) || ',"max_payload_kg":' || json_of(max_payload_kg)
        || ',"loading_length_cm":' || json_of(loading_length_cm)
        || ',"pallet_places":' || json_of(pallet_places) || '}') STORED,
    id uuid NOT NULL, version bigint NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    equipment_number text COLLATE "C", equipment_type text COLLATE "C" NOT NULL, license_plate text COLLATE "C",
    status text COLLATE "C" NOT NULL, max_payload_kg bigint, loading_length_cm bigint, pallet_places bigint,
    make text COLLATE "C", build_year bigint, adr_certified boolean NOT NULL, tail_lift boolean NOT NULL,
    apk_expiry_date date,
    CONSTRAINT equipment_pk PRIMARY KEY (organization_id, branch_id, seq)
);
CREATE UNIQUE INDEX equipment_id_uq ON equipment (organization_id, branch_id, id);
CREATE INDEX equipment_by_equipment_number ON equipment (organization_id, branch_id, equipment_number NULLS FIRST, seq);
CREATE INDEX equipment_by_equipment_type ON equipment (organization_id, branch_id, equipment_type NULLS FIRST, seq);
CREATE INDEX equipment_by_license_plate ON equipment (organization_id, branch_id, license_plate NULLS FIRST, seq);
CREATE INDEX equipment_by_status ON equipment (organization_id, branch_id, status NULLS FIRST, seq);
SELECT guard_records('equipment');

CREATE TABLE planning (
    organization_id uuid NOT NULL, branch_id uuid NOT NULL, seq bigint NOT NULL,
    v1_object text GENERATED ALWAYS AS (
        '{"id":' || json_of(id) || ',"trip_number":' || json_of(trip_number)
        || ',"trip_date":' || json_of(trip_date) || ',"status":' || json_of(status)
        || ',"vehicle_id":' || json_of(vehicle_id) || ',"driver_id":' || json_of(driver_id)
        || ',"equipment_id":' || json_of(equipment_id) || ',"departure_at":' || json_of(departure_at)
        || ',"arrival_at":' || json_of(arrival_at) || ',"distance_km":' || json_of(distance_km)
        || ',"stops":' || json_of(stops) || '}') STORED,
    id uuid NOT NULL, version bigint NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    trip_number text COLLATE "C", trip_date date, status text COLLATE "C" NOT NULL, vehicle_id uuid,
    driver_id uuid, equipment_id uuid, departure_at timestamptz, arrival_at timestamptz, distance_km bigint,
    stops json, weight_kg bigint, loading_length_cm bigint, remarks text COLLATE "C",
    CONSTRAINT planning_pk PRIMARY KEY (organization_id, branch_id, seq)
);
CREATE UNIQUE INDEX planning_id_uq ON planning (organization_id, branch_id, id);
CREATE INDEX planning_by_trip_number ON planning (organization_id, branch_id, trip_number NULLS FIRST, seq);
CREATE INDEX planning_by_trip_date ON planning (organization_id, branch_id, trip_date NULLS FIRST, seq);
CREATE INDEX planning_by_status ON planning (organization_id, branch_id, status NULLS FIRST, seq);
CREATE INDEX planning_by_vehicle_id ON planning (organization_id, branch_id, vehicle_id NULLS FIRST, seq);
CREATE INDEX planning_by_driver_id ON planning (organization_id, branch_id, driver_id NULLS FIRST, seq);
CREATE INDEX planning_by_equipment_id ON planning (organization_id, branch_id, equipment_id NULLS FIRST, seq);
SELECT guard_records('planning');

CREATE TABLE invoices (
    organization_id uuid NOT NULL, branch_id uuid NOT NULL, seq bigint NOT NULL,
    v1_object text GENERATED ALWAYS AS (
        '{"id":' || json_of(id) || ',"invoice_number":' || json_of(invoice_number)
        || ',"account_id":' || json_of(account_id) || ',"status":' || json_of(status)
        || ',"invoice_date":' || json_of(invoice_date) || ',"due_date":' || json_of(due_date)
        || ',"currency":' || json_of(currency) || ',"net_cents":' || json_of(net_cents)
        || ',"vat_cents":' || json_of(vat_cents) || ',"total_cents":' || json_of(total_cents) || '}') STORED,
    id uuid NOT NULL, version bigint NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    invoice_number text COLLATE "C" NOT NULL, account_id uuid, status text COLLATE "C" NOT NULL,
    invoice_date date, due_date date, currency text COLLATE "C" NOT NULL, net_cents bigint, vat_cents bigint,
    total_cents bigint, vat_rate_percent bigint, vat_reverse_charged boolean NOT NULL,
    reference text COLLATE "C", lines json, paid_date date,
    CONSTRAINT invoices_pk PRIMARY KEY (organization_id, branch_id, seq)
);
CREATE UNIQUE INDEX invoices_id_uq ON invoices (organization_id, branch_id, id);
CREATE UNIQUE INDEX invoices_invoice_number_uq ON invoices (organization_id, branch_id, invoice_number NULLS FIRST);
CREATE INDEX invoices_by_account_id ON invoices (organization_id, branch_id, account_id NULLS FIRST, seq);
CREATE INDEX invoices_by_status ON invoices (organization_id, branch_id, status NULLS FIRST, seq);
CREATE INDEX invoices_by_invoice_date ON invoices (organization_id, branch_id, invoice_date NULLS FIRST, seq);
CREATE INDEX invoices_by_due_date ON invoices (organization_id, branch_id, due_date NULLS FIRST, seq);
SELECT guard_records('invoices');
