/**
 * Runs on record, for MLflow: kept below the home in the layout of its file store, and sent to a
 * tracking server where there is one.
 */
package io.champion.tracking;
