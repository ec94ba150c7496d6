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
        switch (code) {
            case 6: // CANNOT_PARSE_TEXT
            case 26: // CANNOT_PARSE_QUOTED_STRING
            case 27: // CANNOT_PARSE_INPUT_ASSERTION_FAILED
            case 38: // CANNOT_PARSE_DATE
            case 41: // CANNOT_PARSE_DATETIME
            case 42: // NUMBER_OF_ARGUMENTS_DOESNT_MATCH
            case 43: // ILLEGAL_TYPE_OF_ARGUMENT
            case 53: // TYPE_MISMATCH
            case 62: // SYNTAX_ERROR
            case 72: // CANNOT_PARSE_NUMBER
                return 400;
            case 16: // NO_SUCH_COLUMN_IN_TABLE
            case 46: // UNKNOWN_FUNCTION
            case 47: // UNKNOWN_IDENTIFIER
            case 50: // UNKNOWN_TYPE
            case 56: // UNKNOWN_STORAGE
            case 60: // UNKNOWN_TABLE
            case 73: // UNKNOWN_FORMAT
            case 81: // UNKNOWN_DATABASE
            case 115: // UNKNOWN_SETTING
                return 404;
            case 164: // READONLY
                return 403;
            case 202: // TOO_MANY_SIMULTANEOUS_QUERIES
                return 503;
            case 159: // TIMEOUT_EXCEEDED
                return 408;
            default:
                return 500;
        }
    }
}
