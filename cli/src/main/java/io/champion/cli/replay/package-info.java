/** Recorded trades as ticks, in the order of event time. */
package io.champion.cli.replay;
