package dev.kvstore.http.wire;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.WriteCondition;
import dev.kvstore.http.route.Parameters;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The conditional headers of a request, see RFC 9110, section 13. */
public final class Conditions {
  private static final String IF_MATCH = "If-Match";
  private static final String IF_NONE_MATCH = "If-None-Match";

  /** The suffixes that compressing proxies append to an etag, some with two hyphens. */
  private static final List<String> ENCODINGS =
      List.of("-gzip", ";gzip", "-br", "-zstd", "-deflate");

  /**
   * Matches an element of a list of etags, which may be empty. Linear time, because anyone may send
   * this.
   */
  private static final Pattern ELEMENT =
      Pattern.compile("\\G[ \\t]*+(?:(?:W/)?\"([^\"]*+)\"[ \\t]*+)?(?:,|\\z)");

  private Conditions() {}

  /**
   * Returns the condition of a write.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the headers have
   *     conditions that a write does not support
   */
  public static WriteCondition ofWrite(HttpServletRequest request) {
    refuse(request, "If-Unmodified-Since", "If-Modified-Since");
    String match = header(request, IF_MATCH);
    String noneMatch = header(request, IF_NONE_MATCH);
    if (match != null && noneMatch != null) {
      throw Parameters.invalid("A write takes If-Match or If-None-Match, not both");
    }
    if (noneMatch != null) {
      if (!noneMatch.equals("*")) {
        throw Parameters.invalid(
            "If-None-Match of a write can only be *, which demands that there is no entry");
      }
      return WriteCondition.IF_ABSENT;
    }
    if (match == null) {
      return WriteCondition.NONE;
    }
    if (match.equals("*")) {
      return WriteCondition.IF_PRESENT;
    }
    List<String> etags = etags(IF_MATCH, match);
    if (etags.size() != 1) {
      throw Parameters.invalid("If-Match of a write can have one etag only");
    }
    // Also for a weak etag: a proxy made it weak, and it still identifies exactly one write.
    return WriteCondition.ifMatch(etags.get(0));
  }

  /** Refuses all conditions, for requests that do not support them. */
  public static void refuseAll(HttpServletRequest request) {
    refuse(request, IF_MATCH, IF_NONE_MATCH, "If-Unmodified-Since", "If-Modified-Since");
  }

  /** Returns true if the reader already has this version. */
  public static boolean notModified(HttpServletRequest request, String presentEtag) {
    String first = request.getHeader(IF_NONE_MATCH);
    if (first == null || isJust(first, presentEtag)) {
      return first != null;
    }
    String noneMatch = String.valueOf(header(request, IF_NONE_MATCH));
    return noneMatch.equals("*") || etags(IF_NONE_MATCH, noneMatch).contains(presentEtag);
  }

  /** A fast path: most readers send exactly one etag, unchanged. */
  private static boolean isJust(String header, String etag) {
    return header.length() == etag.length() + 2
        && header.startsWith(etag, 1)
        && header.startsWith("\"")
        && header.endsWith("\"");
  }

  private static void refuse(HttpServletRequest request, String... headers) {
    for (String header : headers) {
      if (request.getHeader(header) != null) {
        throw Parameters.invalid("The header " + header + " is not supported here");
      }
    }
  }

  private static List<String> etags(String header, String value) {
    List<String> etags = new ArrayList<>();
    int end = 0;
    for (Matcher element = ELEMENT.matcher(value); element.find(); end = element.end()) {
      if (element.group(1) != null) {
        etags.add(withoutEncoding(element.group(1)));
      }
    }
    if (end < value.length() || etags.isEmpty()) {
      throw malformed(header);
    }
    return etags;
  }

  /** Removes the suffix of a compressing proxy from an etag, for example {@code -gzip}. */
  private static String withoutEncoding(String etag) {
    for (String encoding : ENCODINGS) {
      if (etag.endsWith(encoding)) {
        String plain = etag.substring(0, etag.length() - encoding.length());
        return plain.endsWith("-") ? plain.substring(0, plain.length() - 1) : plain;
      }
    }
    return etag;
  }

  private static InvalidInputException malformed(String header) {
    return Parameters.invalid(
        header + " must be * or etags in double quotes, as the ETag header has them");
  }

  /**
   * Returns the joined lines of the header, or null if it is absent; an empty header is present.
   */
  private static @Nullable String header(HttpServletRequest request, String name) {
    return request.getHeader(name) == null
        ? null
        : String.join(",", Collections.list(request.getHeaders(name))).strip();
  }
}
