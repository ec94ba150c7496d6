package io.champion.bhavcopy;

import java.io.Serializable;
import java.time.LocalDate;

/**
 * A file that was recognized.
 *
 * @param session session of its rows, or null where the format has none
 */
public record PlannedFile(InputFile file, FileFormat format, LocalDate session)
        implements Serializable {}
