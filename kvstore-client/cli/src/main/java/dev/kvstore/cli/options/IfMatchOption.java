package dev.kvstore.cli.options;

import dev.kvstore.WriteCondition;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The option for the etag that an entry must have. */
public final class IfMatchOption {
  @Option(
      names = "--if-match",
      paramLabel = "ETAG",
      converter = Etag.class,
      description = "Only if the entry has this etag, which 'kv get --entry' shows; of many"
          + " entries, the one that --dry-run shows. Double quotes around it are allowed, as in"
          + " an ETag header.")
  private @Nullable String etag;

  public boolean isGiven() {
    return etag != null;
  }

  public WriteCondition condition() {
    return etag == null ? WriteCondition.NONE : WriteCondition.ifMatch(etag);
  }

  static final class Etag implements ITypeConverter<String> {
    private static final Pattern QUOTED = Pattern.compile("(?:W/)?\"(.*)\"");

    @Override
    public String convert(String text) {
      Matcher quoted = QUOTED.matcher(text.strip());
      String etag = quoted.matches() ? quoted.group(1) : text.strip();
      if (etag.isEmpty()) {
        throw new TypeConversionException("the etag is empty");
      }
      return etag;
    }
  }
}
