package dev.kvstore.cli.options;

import dev.kvstore.WriteOptions;
import dev.kvstore.internal.config.DurationConverter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** The option for the time to live of a written entry. */
public final class TimeToLiveOption {
  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      converter = Converter.class,
      description = "Let the entry expire after this time, such as 90s, 1h30m or 7d; 'keep'"
          + " keeps its expiry. Otherwise an expiry is cleared.")
  private @Nullable Ttl ttl;

  /** @param duration null to keep the expiry of the entry */
  record Ttl(@Nullable Duration duration) {}

  public void check(UsageErrors faults) {
    if (ttl != null) {
      faults.addFrom("--ttl", () -> addTo(WriteOptions.DEFAULT));
    }
  }

  public WriteOptions addTo(WriteOptions options) {
    if (ttl == null) {
      return options;
    }
    return ttl.duration() == null ? options.keepingExpiry() : options.ttl(ttl.duration());
  }

  static final class Converter implements ITypeConverter<Ttl> {
    @Override
    public Ttl convert(String text) {
      return new Ttl(text.equals("keep") ? null : new DurationConverter().convert(text));
    }
  }
}
