package dev.kvstore.http.command;

import dev.kvstore.ByteSize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the sizes of options as {@link ByteSize} does. */
final class ByteSizeConverter implements ITypeConverter<ByteSize> {
  @Override
  public ByteSize convert(String text) {
    try {
      return ByteSize.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + text + "' " + e.getMessage());
    }
  }
}
