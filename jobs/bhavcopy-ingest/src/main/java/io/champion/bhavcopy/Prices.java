package io.champion.bhavcopy;

/** What the exchanges mean by a price. */
final class Prices {

    private Prices() {}

    /** The price, or null for 0.00, by which the exchanges say that there was none. */
    static Double stated(Double price) {
        return price == null || price == 0 ? null : price;
    }
}
