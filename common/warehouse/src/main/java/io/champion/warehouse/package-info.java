/** The warehouse: ClickHouse, its errors sorted in one place, and written exactly once. */
package io.champion.warehouse;
