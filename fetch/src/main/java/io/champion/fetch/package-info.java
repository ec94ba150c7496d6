/**
 * Gets files from where they are published into the raw tier of a home: {@link
 * io.champion.fetch.FlatFiles} from object stores, {@link io.champion.fetch.Bhavcopies} from
 * exchanges over HTTPS. Both fetch what is new or was published again and tell of days that are
 * late or missing; {@link io.champion.fetch.Retention} purges what is older than the tier keeps.
 */
package io.champion.fetch;
