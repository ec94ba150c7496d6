package io.champion.quality;

/** Counts that must agree do not: rows were lost or invented. */
public final class AccountingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public AccountingException(String message) {
        super(message);
    }
}
