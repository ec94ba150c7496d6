package io.champion.bhavcopy;

import java.io.Serializable;
import java.time.LocalDate;
import org.apache.flink.api.common.typeinfo.TypeInfo;

/**
 * A file that was recognized.
 *
 * @param session session of its rows, or null where the format has none
 */
public record PlannedFile(
        InputFile file,
        FileFormat format,
        @TypeInfo(LocalDateTypeInfoFactory.class) LocalDate session)
        implements Serializable {}
