package dev.kvstore.internal.support;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in the history of a store, as a page ends with.
 *
 * @param place the place of the last revision that was read
 * @param removed the last place from which a revision had been removed when the reading began: a
 *     reader that began without a position has missed nothing up to there
 */
public record HistoryPosition(long place, long removed) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,19})(?:-(\\d{1,19}))?");

  /**
   * Parses what {@link #toString} returns.
   *
   * @throws InvalidInputException if the text is anything else
   */
  public static HistoryPosition parse(String text) {
    Matcher parts = TEXT.matcher(text);
    try {
      if (parts.matches()) {
        long place = Long.parseLong(parts.group(1));
        return new HistoryPosition(
            place, parts.group(2) == null ? place : Long.parseLong(parts.group(2)));
      }
    } catch (NumberFormatException e) {
      // too large
    }
    throw new InvalidInputException(
        ErrorCode.INVALID_PARAMETER,
        "The position to go on after is not one that a page of the history ended with");
  }

  /** Returns true if a revision was removed that a reader at this position has not seen. */
  public boolean isGone(long removedSince) {
    return place < removedSince && removed < removedSince;
  }

  @Override
  public String toString() {
    return removed <= place ? Long.toString(place) : place + "-" + removed;
  }
}
