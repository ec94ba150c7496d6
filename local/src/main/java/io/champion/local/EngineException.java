package io.champion.local;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An error of the ClickHouse engine, with its code. */
final class EngineException extends Exception {

    private static final long serialVersionUID = 1L;

    private static final Pattern CODE = Pattern.compile("^Code: (\\d+)\\.");
    private static final int UNKNOWN_EXCEPTION = 1002;

    private final int code;

    EngineException(String message) {
        super(message);
        Matcher matcher = CODE.matcher(message);
        code = matcher.find() ? Integer.parseInt(matcher.group(1)) : UNKNOWN_EXCEPTION;
    }

    EngineException(int code, String name, String message) {
        this("Code: " + code + ". DB::Exception: " + message + " (" + name + ")");
    }

    int code() {
        return code;
    }

    /** The HTTP status under which a ClickHouse server sends the error. */
    int httpStatus() {
        return switch (code) {
            case 6, // CANNOT_PARSE_TEXT
                    26, // CANNOT_PARSE_QUOTED_STRING
                    27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
                    38, // CANNOT_PARSE_DATE
                    41, // CANNOT_PARSE_DATETIME
                    42, // NUMBER_OF_ARGUMENTS_DOESNT_MATCH
                    43, // ILLEGAL_TYPE_OF_ARGUMENT
                    53, // TYPE_MISMATCH
                    62, // SYNTAX_ERROR
                    72 -> // CANNOT_PARSE_NUMBER
                    400;
            case 16, // NO_SUCH_COLUMN_IN_TABLE
                    46, // UNKNOWN_FUNCTION
                    47, // UNKNOWN_IDENTIFIER
                    50, // UNKNOWN_TYPE
                    56, // UNKNOWN_STORAGE
                    60, // UNKNOWN_TABLE
                    73, // UNKNOWN_FORMAT
                    81, // UNKNOWN_DATABASE
                    115 -> // UNKNOWN_SETTING
                    404;
            case 164 -> 403; // READONLY
            case 202 -> 503; // TOO_MANY_SIMULTANEOUS_QUERIES
            case 159 -> 408; // TIMEOUT_EXCEEDED
            default -> 500;
        };
    }
}
