package io.champion.cli;

/** Says when a message is to be sent. */
interface Pace {

    /** As fast as it goes. */
    Pace FLAT_OUT = (number, eventTime) -> 0;

    /**
     * @param number of the message, from 0
     * @param eventTime the message's, nanoseconds since the epoch
     * @return nanoseconds after the first message was sent
     */
    long due(long number, long eventTime);

    /** So many messages a second. */
    static Pace rate(double perSecond) {
        return (number, eventTime) -> (long) (number * (1e9 / perSecond));
    }

    /**
     * As the messages came when they happened, or so many times faster.
     *
     * @param firstTime event time of the first message
     */
    static Pace speed(double factor, long firstTime) {
        return (number, eventTime) -> (long) ((eventTime - firstTime) / factor);
    }
}
