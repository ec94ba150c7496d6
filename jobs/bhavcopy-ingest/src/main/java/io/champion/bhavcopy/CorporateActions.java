package io.champion.bhavcopy;

import io.champion.model.AdjustmentFactors;
import io.champion.model.record.CorporateAction;
import io.champion.model.record.CorporateActionType;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes records of what purposes say. A row gives one record, and a further one for each action
 * more.
 */
final class CorporateActions {
    private CorporateActions() {}

    /**
     * Fills in what a purpose says of its first action.
     *
     * @param action with source, instrument, dates and purpose
     */
    static void complete(CorporateAction action) {
        fill(action, Purpose.parse(action.getPurpose()).get(0));
    }

    /** The actions that the same row names after its first. */
    static List<CorporateAction> further(CorporateAction first) {
        if (!first.getSource().equals(FileFormat.NSE_BC.source())) {
            return List.of();
        }
        List<Purpose> purposes = Purpose.parse(first.getPurpose());
        List<CorporateAction> further = new ArrayList<>();
        for (Purpose purpose : purposes.subList(1, purposes.size())) {
            CorporateAction action = CorporateAction.newBuilder(first).build();
            fill(action, purpose);
            further.add(action);
        }
        return further;
    }

    private static void fill(CorporateAction action, Purpose purpose) {
        action.setActionType(purpose.type());
        action.setRatioNew(purpose.ratioNew());
        action.setRatioOld(purpose.ratioOld());
        action.setAmount(purpose.amount());
        action.setSubscriptionPrice(purpose.price());
        action.setPremium(purpose.premium());
        action.setAdjustmentFactor(factor(action));
        String kind = purpose.type() == CorporateActionType.OTHER ? purpose.text() : purpose.kind();
        action.setEventId(eventId(action, kind));
    }

    /**
     * The same for a row that says the same of an action later, with other numbers maybe.
     *
     * @param kind what tells actions of one type and day apart; may be empty
     */
    static String eventId(CorporateAction action, String kind) {
        LocalDate day = action.getExDate() == null ? action.getRecordDate() : action.getExDate();
        return action.getSource()
                + ":"
                + action.getInstrumentId()
                + ":"
                + (day == null ? "" : day)
                + ":"
                + action.getActionType()
                + (kind.isEmpty() ? "" : ":" + kind);
    }

    /** Of actions whose factor follows from their ratio alone; null for others. */
    static Double factor(CorporateAction action) {
        if (action.getRatioNew() == null || action.getRatioOld() == null) {
            return null;
        }
        return switch (action.getActionType()) {
            case SPLIT -> AdjustmentFactors.split(action.getRatioNew(), action.getRatioOld());
            case BONUS -> AdjustmentFactors.bonus(action.getRatioNew(), action.getRatioOld());
            default -> null;
        };
    }

    /** Whether all is known that the action's effect on prices follows from. */
    static boolean isUnderstood(CorporateAction action) {
        return switch (action.getActionType()) {
            case SPLIT, BONUS -> action.getAdjustmentFactor() != null;
            case RIGHTS ->
                    action.getRatioNew() != null
                            && (action.getSubscriptionPrice() != null
                                    || action.getPremium() != null);
            case DIVIDEND -> action.getAmount() != null;
            case OTHER -> false;
            default -> true;
        };
    }
}
