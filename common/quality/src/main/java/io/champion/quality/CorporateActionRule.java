package io.champion.quality;

import io.champion.model.record.CorporateAction;
import io.champion.model.record.CorporateActionType;

/**
 * An action that a person states has the numbers that its effect on prices follows from, and none
 * of its numbers is negative. Violations name the contract's fields.
 */
public final class CorporateActionRule implements Rule<CorporateAction> {

    @Override
    public Violation check(CorporateAction action) {
        Violation negative =
                first(
                        sign("ratio_new", action.getRatioNew()),
                        sign("ratio_old", action.getRatioOld()),
                        sign("amount", action.getAmount()),
                        sign("subscription_price", action.getSubscriptionPrice()),
                        sign("premium", action.getPremium()));
        return negative != null ? negative : missing(action);
    }

    private static Violation missing(CorporateAction action) {
        CorporateActionType type = action.getActionType();
        return switch (type) {
            case SPLIT ->
                    first(
                            number("ratio_new", action.getRatioNew(), false, type),
                            number("ratio_old", action.getRatioOld(), false, type));
            case BONUS ->
                    first(
                            number("ratio_new", action.getRatioNew(), true, type),
                            number("ratio_old", action.getRatioOld(), false, type));
            case RIGHTS ->
                    first(
                            number("ratio_new", action.getRatioNew(), true, type),
                            number("ratio_old", action.getRatioOld(), false, type),
                            // The exchange states the one, a person mostly the other.
                            action.getPremium() != null
                                    ? null
                                    : number(
                                            "subscription_price",
                                            action.getSubscriptionPrice(),
                                            true,
                                            type));
            case DIVIDEND -> number("amount", action.getAmount(), true, type);
            default -> null;
        };
    }

    private static Violation first(Violation... violations) {
        for (Violation violation : violations) {
            if (violation != null) {
                return violation;
            }
        }
        return null;
    }

    private static Violation sign(String field, Double value) {
        return value != null && value < 0
                ? new Violation(
                        field, value.toString(), "negative", field + " is negative: " + value + ".")
                : null;
    }

    private static Violation number(
            String field, Double value, boolean mayBeZero, CorporateActionType type) {
        return value == null || value == 0 && !mayBeZero
                ? new Violation(
                        field,
                        value == null ? "" : value.toString(),
                        "missing_number",
                        "A " + type + " needs a " + field + (mayBeZero ? "." : " above 0."))
                : null;
    }
}
