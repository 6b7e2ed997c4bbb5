-- Footfall: web analytics without cookies
--
-- Sites send page views and events. Goals count what matters, reports say how it went.
-- Roles: admin, analyst, viewer

CREATE TYPE user_role AS ENUM ('admin', 'analyst', 'viewer');
CREATE TYPE device_kind AS ENUM ('desktop', 'mobile', 'tablet');
CREATE TYPE report_status AS ENUM ('draft', 'shared', 'archived');

CREATE TABLE users (
  id SERIAL PRIMARY KEY,
  email VARCHAR(254) NOT NULL UNIQUE,
  name VARCHAR(100) NOT NULL,
  role user_role NOT NULL DEFAULT 'viewer',
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE sites (
  id SERIAL PRIMARY KEY,
  domain VARCHAR(253) NOT NULL UNIQUE,
  name VARCHAR(80) NOT NULL,
  time_zone VARCHAR(40) NOT NULL DEFAULT 'UTC',
  is_active BOOLEAN NOT NULL DEFAULT true,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE page_views (
  id BIGSERIAL PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  path VARCHAR(2048) NOT NULL,
  referrer VARCHAR(2048),
  device device_kind NOT NULL DEFAULT 'desktop',
  country CHAR(2),
  duration_ms INTEGER CHECK (duration_ms >= 0),
  viewed_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX page_views_by_site ON page_views (site_id, viewed_at);

CREATE TABLE events (
  id BIGSERIAL PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  name VARCHAR(80) NOT NULL,
  amount NUMERIC(12, 2) CHECK (amount >= 0),
  properties JSONB,
  occurred_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE goals (
  id SERIAL PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  name VARCHAR(80) NOT NULL,
  event_name VARCHAR(80) NOT NULL,
  target INTEGER NOT NULL CHECK (target >= 1),
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  CHECK (ends_on >= starts_on),
  UNIQUE (site_id, name)
);

CREATE TABLE reports (
  id SERIAL PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  created_by INTEGER NOT NULL REFERENCES users (id),
  title VARCHAR(120) NOT NULL,
  summary TEXT,
  status report_status NOT NULL DEFAULT 'draft',
  shared_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

/*
Endpoints

GET    /api/v1/users (admin only; filters: role; search in name and email)
POST   /api/v1/users (admin only)
GET    /api/v1/users/me
GET    /api/v1/users/{id}

GET    /api/v1/sites (filters: is_active; search in domain and name)
POST   /api/v1/sites (admin only)
GET    /api/v1/sites/{id}
PATCH  /api/v1/sites/{id} (admin only)
DELETE /api/v1/sites/{id} (admin only)

GET    /api/v1/sites/{id}/page-views - page views of a site (filters: device, country, viewed_after, viewed_before)
POST   /api/v1/sites/{id}/page-views - record a page view
GET    /api/v1/page-views/{id}

GET    /api/v1/sites/{id}/events - events of a site (filters: name, occurred_after, occurred_before; sort by occurred_at, amount)
POST   /api/v1/sites/{id}/events - record an event
GET    /api/v1/events/{id}

GET    /api/v1/sites/{id}/goals
POST   /api/v1/sites/{id}/goals (admin or analyst)
GET    /api/v1/goals/{id}
PUT    /api/v1/goals/{id} (admin or analyst)
DELETE /api/v1/goals/{id} (admin or analyst)

GET    /api/v1/reports (filters: site_id, status, created_by; search in title)
POST   /api/v1/reports (admin or analyst)
GET    /api/v1/reports/{id}
PATCH  /api/v1/reports/{id} (admin or analyst)
POST   /api/v1/reports/{id}/share (admin or analyst)
POST   /api/v1/reports/{id}/archive (admin or analyst)
DELETE /api/v1/reports/{id} (admin only)

Rules

- Domains are unique, whatever their case
- Page views and events can only be recorded for active sites
- Page views are immutable
- Country must be exactly 2 characters
- Goal names are unique within a site
- Report status: draft -> shared -> archived
- shared_at is set when a report is shared
- Archived reports cannot be changed
- Cannot delete a site that has reports
*/
