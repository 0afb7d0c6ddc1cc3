-- Roles, database and rights of cxmap; used by the embedded servers, the Docker image of PostgreSQL and
-- by hand. Run it with psql as a superuser on any PostgreSQL from 15 on; running it again is harmless:
--
--   CXMAP_OWNER_PASSWORD=… CXMAP_APP_PASSWORD=… psql -X -f cxmap/local/roles.sql postgres
--
-- cxmap_owner owns the tables and runs migrations. cxmap_app is what the application connects as: it
-- cannot change tables nor pass by row-level security. With CXMAP_OWNER_CREATEDB=on (local and tests)
-- the owner may make databases, and new ones get the same extensions and rights as the main one.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\getenv owner_password CXMAP_OWNER_PASSWORD
\getenv app_password CXMAP_APP_PASSWORD
\if :{?owner_password} \else
DO $$ BEGIN RAISE 'Set CXMAP_OWNER_PASSWORD, the password of the role that owns the tables.'; END $$;
\endif
\if :{?app_password} \else
DO $$ BEGIN RAISE 'Set CXMAP_APP_PASSWORD, the password of the role that the application uses.'; END $$;
\endif
\set owner_createdb off
\getenv owner_createdb CXMAP_OWNER_CREATEDB

SELECT 'CREATE ROLE cxmap_owner'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cxmap_owner') \gexec
SELECT 'CREATE ROLE cxmap_app'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cxmap_app') \gexec
ALTER ROLE cxmap_owner WITH LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS NOCREATEDB
      PASSWORD :'owner_password';
ALTER ROLE cxmap_app WITH LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS NOCREATEDB
      PASSWORD :'app_password';
\if :owner_createdb
ALTER ROLE cxmap_owner CREATEDB;
\endif

-- C.UTF-8 is built into PostgreSQL from 17 on: the order of text is the same on every machine.
SELECT 'CREATE DATABASE cxmap OWNER cxmap_owner TEMPLATE template0 ENCODING ''UTF8'''
    || CASE WHEN current_setting('server_version_num')::int >= 170000
            THEN ' LOCALE_PROVIDER builtin BUILTIN_LOCALE ''C.UTF-8'' LOCALE ''C'''
            ELSE ' LC_COLLATE ''C'' LC_CTYPE ''C.UTF-8''' END
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'cxmap') \gexec
REVOKE ALL ON DATABASE cxmap FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE cxmap TO cxmap_app;

\connect cxmap
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO cxmap_app;
-- Defaults only, nothing on tables that exist: a migration may take a right away, and it stays away.
ALTER DEFAULT PRIVILEGES FOR ROLE cxmap_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cxmap_app;
ALTER DEFAULT PRIVILEGES FOR ROLE cxmap_owner GRANT SELECT, UPDATE, USAGE ON SEQUENCES TO cxmap_app;

\if :owner_createdb
\connect template1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
ALTER DEFAULT PRIVILEGES FOR ROLE cxmap_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cxmap_app;
ALTER DEFAULT PRIVILEGES FOR ROLE cxmap_owner GRANT SELECT, UPDATE, USAGE ON SEQUENCES TO cxmap_app;
\endif
