package dev.kvstore.http.command;

import dev.kvstore.http.net.ForwardedHeader;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a header, in any case. */
final class ForwardedHeaderConverter implements ITypeConverter<ForwardedHeader> {
  @Override
  public ForwardedHeader convert(String text) {
    return Arrays.stream(ForwardedHeader.values())
        .filter(header -> header.toString().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException("'" + text + "' is neither X-Forwarded-For nor Forwarded"));
  }
}
