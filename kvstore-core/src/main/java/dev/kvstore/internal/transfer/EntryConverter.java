package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonToken;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.RawValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Converts a parsed member to an entry, or reports why that is impossible. */
record EntryConverter(Reading reading, FileProblems problems, Consumer<SnapshotEntry> entries)
    implements Consumer<Node.Member> {
  @Override
  public void accept(Node.Member member) {
    FileProblems.Path path = FileProblems.Path.of(member.name());
    if (!reading.metadata()) {
      convert(member, member.value(), null);
      return;
    }
    Node value = null;
    Optional<String> author = Optional.empty();
    Optional<Instant> expiresAt = Optional.empty();
    if (member.value() instanceof Node.Members entry) {
      for (Node.Member part : entry.members()) {
        switch (part.name()) {
          case "value" -> value = part.value();
          case "updatedBy" -> author = text(part);
          case "expiresAt" -> expiresAt = instant(part, path);
          default -> {
            // an import sets the other metadata itself
          }
        }
      }
    }
    if (value == null) {
      problems.add(
          member.place(), path, "with metadata, it must be an object with the member 'value'");
      return;
    }
    convert(member, value, new SnapshotEntry.Metadata(author, expiresAt));
  }

  private void convert(Node.Member member, Node node, SnapshotEntry.@Nullable Metadata metadata) {
    RawValue value;
    try {
      value = Values.of(node, reading.json());
    } catch (InvalidInputException e) {
      FileProblems.Path path = FileProblems.Path.of(member.name());
      if (!addScalars(node, path)) {
        problems.add(node.place(), path, String.valueOf(e.getMessage()));
      }
      return;
    }
    entries.accept(new SnapshotEntry(member.name(), member.place(), value, node, metadata));
  }

  /** Reports the scalars that cannot be stored. Returns true if there are any. */
  private boolean addScalars(Node node, FileProblems.Path path) {
    boolean[] any = {false};
    node.scalars(path, (scalar, at) -> {
      try {
        Values.of(scalar, reading.json());
      } catch (InvalidInputException e) {
        problems.add(scalar.place(), at, String.valueOf(e.getMessage()));
        any[0] = true;
      }
    });
    return any[0];
  }

  private static Optional<String> text(Node.Member part) {
    return part.value() instanceof Node.Scalar scalar && scalar.kind() == JsonToken.VALUE_STRING
        ? Optional.of(scalar.text())
        : Optional.empty();
  }

  private Optional<Instant> instant(Node.Member part, FileProblems.Path path) {
    try {
      return text(part).map(EntryConverter::instant);
    } catch (InvalidInputException e) {
      problems.add(part.place(), path.member(part.name()), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** @throws InvalidInputException if the text is not an instant */
  static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE, "it is no instant, such as 2026-01-01T00:00:00Z", e);
    }
  }
}
