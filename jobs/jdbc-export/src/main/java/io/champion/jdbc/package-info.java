/**
 * Jobs between the platform and PostgreSQL: exports of datasets and query results, each row once or
 * each key once, and imports of reference data.
 */
package io.champion.jdbc;
