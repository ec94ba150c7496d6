package io.champion.bhavcopy;

import java.lang.reflect.Type;
import java.time.LocalDate;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.LocalTimeTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/** Flink's own type of dates, which it does not look for in the fields of a class. */
public final class LocalDateTypeInfoFactory extends TypeInfoFactory<LocalDate> {

    @Override
    public TypeInformation<LocalDate> createTypeInfo(
            Type type, Map<String, TypeInformation<?>> parameters) {
        return LocalTimeTypeInfo.LOCAL_DATE;
    }
}
