/**
 * Brings a ClickHouse database to the tables and views of this release, and tells how it differs.
 */
package io.champion.warehouse.migration;
