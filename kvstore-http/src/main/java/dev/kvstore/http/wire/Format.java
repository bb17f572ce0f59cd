package dev.kvstore.http.wire;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The format of values in requests and responses. */
public enum Format {
  JSON("application/json"),
  BSON("application/bson");

  /** Media types that curl and others send by default. */
  private static final Set<String> READ_AS_JSON =
      Set.of("application/json", "application/x-www-form-urlencoded");

  public static final String MERGE_PATCH = "application/merge-patch+json";

  private final String mediaType;

  Format(String mediaType) {
    this.mediaType = mediaType;
  }

  public String mediaType() {
    return mediaType;
  }

  /**
   * Returns the format of the request's body; JSON if there is no media type, or that of a form,
   * which the service never reads.
   *
   * @throws ProblemException if the media type is not supported
   */
  static Format ofBody(HttpServletRequest request) {
    refuseEncoding(request);
    String header = request.getHeader("Content-Type");
    if (header == null || header.isBlank()) {
      return JSON;
    }
    MediaRange type = MediaRange.parse(header);
    if (type != null && type.name().equals(BSON.mediaType)) {
      return BSON;
    }
    if (type != null && READ_AS_JSON.contains(type.name()) && isUtf8(type.charset())) {
      return JSON;
    }
    throw new ProblemException(
        ErrorKind.UNSUPPORTED_MEDIA_TYPE,
        "The body must be application/json in UTF-8 (say so: 'Content-Type: application/json')"
            + " or application/bson");
  }

  /**
   * Requires the media type of a merge patch, because the meaning of a patch depends on its type.
   *
   * @throws ProblemException if it is another type
   */
  static void requireMergePatch(HttpServletRequest request) {
    refuseEncoding(request);
    String header = request.getHeader("Content-Type");
    MediaRange type = header == null ? null : MediaRange.parse(header);
    if (type == null || !type.name().equals(MERGE_PATCH) || !isUtf8(type.charset())) {
      throw new ProblemException(new Problem(
              ErrorKind.UNSUPPORTED_MEDIA_TYPE,
              "The body of a PATCH must be " + MERGE_PATCH + " in UTF-8 (say so: 'Content-Type: "
                  + MERGE_PATCH + "')")
          .withHeader("Accept-Patch", MERGE_PATCH));
    }
  }

  private static void refuseEncoding(HttpServletRequest request) {
    String encoding = request.getHeader("Content-Encoding");
    if (encoding != null && !encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity")) {
      throw new ProblemException(new Problem(
              ErrorKind.UNSUPPORTED_MEDIA_TYPE,
              "A body with Content-Encoding is not read; send it as it is")
          .withHeader("Accept-Encoding", "identity"));
    }
  }

  /**
   * Returns the preferred format for the response; JSON if there is no preference.
   *
   * @throws ProblemException if the request accepts neither
   */
  public static Format ofAnswer(HttpServletRequest request) {
    String accept = accept(request);
    if (accept.isBlank()) {
      return JSON;
    }
    List<MediaRange> ranges = ranges(accept);
    MediaRange json = best(JSON.mediaType, ranges);
    MediaRange bson = best(BSON.mediaType, ranges);
    boolean equal = quality(bson) == quality(json);
    if (quality(bson) > quality(json)
        || (equal && quality(bson) > 0 && specific(bson) > specific(json))) {
      return BSON;
    }
    if (quality(json) > 0) {
      return JSON;
    }
    throw new ProblemException(
        ErrorKind.NOT_ACCEPTABLE, "Answers are application/json or application/bson");
  }

  /**
   * Returns the preferred media type for the response; the first one if there is no preference.
   *
   * @throws ProblemException if the request accepts none of them
   */
  public static String preferred(HttpServletRequest request, List<String> mediaTypes) {
    String accept = accept(request);
    if (accept.isBlank()) {
      return mediaTypes.get(0);
    }
    List<MediaRange> ranges = ranges(accept);
    String preferred = null;
    MediaRange range = null;
    for (String mediaType : mediaTypes) {
      MediaRange best = best(mediaType, ranges);
      boolean equal = quality(best) == quality(range);
      if (quality(best) > quality(range)
          || (equal && quality(best) > 0 && specific(best) > specific(range))) {
        preferred = mediaType;
        range = best;
      }
    }
    if (preferred == null) {
      throw new ProblemException(
          ErrorKind.NOT_ACCEPTABLE, "Answers are " + String.join(" or ", mediaTypes));
    }
    return preferred;
  }

  /**
   * Returns the media type of the request's body, without parameters and in lower case; empty if
   * there is none, or for a form, which the service never reads.
   *
   * @throws ProblemException if it is compressed, or not in UTF-8
   */
  public static String typeOfBody(HttpServletRequest request) {
    refuseEncoding(request);
    String header = request.getHeader("Content-Type");
    MediaRange type = header == null ? null : MediaRange.parse(header);
    if (type == null || type.name().equals("application/x-www-form-urlencoded")) {
      return "";
    }
    if (!isUtf8(type.charset())) {
      throw new ProblemException(
          ErrorKind.UNSUPPORTED_MEDIA_TYPE, "The body must be in UTF-8, and say so");
    }
    return type.name();
  }

  public static boolean accepts(HttpServletRequest request, String mediaType) {
    String accept = accept(request);
    return accept.isBlank() || quality(best(mediaType, ranges(accept))) > 0;
  }

  /** Returns true if the value of an {@code Accept-Encoding} header allows gzip. */
  public static boolean acceptsGzip(String acceptEncoding) {
    for (String part : acceptEncoding.split(",", -1)) {
      int semicolon = part.indexOf(';');
      String coding = (semicolon < 0 ? part : part.substring(0, semicolon)).strip();
      if (coding.equals("*") || coding.equalsIgnoreCase("gzip")) {
        String weight = semicolon < 0 ? "q=1" : part.substring(semicolon + 1).strip();
        return weight.length() < 3 || MediaRange.quality(weight.substring(2).strip()) > 0;
      }
    }
    return false;
  }

  private static String accept(HttpServletRequest request) {
    return String.join(",", Collections.list(request.getHeaders("Accept")));
  }

  private static List<MediaRange> ranges(String accept) {
    List<MediaRange> ranges = new ArrayList<>();
    for (String part : accept.split(",", -1)) {
      MediaRange range = MediaRange.parse(part);
      if (range != null) {
        ranges.add(range);
      }
    }
    return ranges;
  }

  private static @Nullable MediaRange best(String mediaType, List<MediaRange> ranges) {
    MediaRange best = null;
    for (MediaRange range : ranges) {
      if (range.covers(mediaType) && specific(range) > specific(best)) {
        best = range;
      }
    }
    return best;
  }

  private static double quality(@Nullable MediaRange range) {
    return range == null ? 0 : range.quality();
  }

  private static int specific(@Nullable MediaRange range) {
    return range == null ? -1 : range.specificity();
  }

  private static boolean isUtf8(@Nullable String charset) {
    return charset == null || charset.equalsIgnoreCase("utf-8") || charset.equalsIgnoreCase("utf8");
  }

  /** A media type or range with its relevant parameters; the name is in lower case. */
  private record MediaRange(
      String name, double quality, @Nullable String charset) {
    /**
     * Matches weights, because throwing an exception for each of thousands of invalid ones would be
     * slow.
     */
    private static final Pattern WEIGHT = Pattern.compile("[0-9](\\.[0-9]{0,9})?|\\.[0-9]{1,9}");

    static @Nullable MediaRange parse(String text) {
      String[] parts = text.split(";", -1);
      String name = parts[0].strip().toLowerCase(Locale.ROOT);
      double quality = 1;
      String charset = null;
      for (int i = 1; i < parts.length; i++) {
        int equals = parts[i].indexOf('=');
        if (equals < 0) {
          continue;
        }
        String value = unquoted(parts[i].substring(equals + 1).strip());
        switch (parts[i].substring(0, equals).strip().toLowerCase(Locale.ROOT)) {
          case "q" -> quality = quality(value);
          case "charset" -> charset = value;
          default -> {
            // Other parameters are irrelevant.
          }
        }
      }
      return name.indexOf('/') < 0 ? null : new MediaRange(name, quality, charset);
    }

    boolean covers(String mediaType) {
      return switch (specificity()) {
        case 0 -> true;
        case 1 -> mediaType.startsWith(name.substring(0, name.length() - 1));
        default -> mediaType.equals(name);
      };
    }

    int specificity() {
      return name.equals("*/*") ? 0 : name.endsWith("/*") ? 1 : 2;
    }

    private static double quality(String text) {
      double quality = WEIGHT.matcher(text).matches() ? Double.parseDouble(text) : 0;
      return quality <= 1 ? quality : 0;
    }

    private static String unquoted(String text) {
      boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
      return quoted ? text.substring(1, text.length() - 1) : text;
    }
  }
}
