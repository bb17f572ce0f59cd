package dev.kvstore.http.api.snapshots;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.wire.Format;
import dev.kvstore.internal.transfer.FileFormat;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A format of snapshots, with its name in a query string and its media types. */
enum SnapshotFormat {
  JSON(FileFormat.JSON, "application/json"),
  YAML(FileFormat.YAML, "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"),
  PROPERTIES(FileFormat.PROPERTIES, "text/x-java-properties", "text/plain"),
  EXACT(FileFormat.EXACT, "application/x-ndjson", "application/jsonl", "application/x-jsonlines");

  private static final String PARAMETER = "format";

  private final FileFormat file;

  /** The first one is used in responses. */
  @SuppressWarnings("ImmutableEnumChecker") // List.of returns an immutable list
  private final List<String> mediaTypes;

  SnapshotFormat(FileFormat file, String... mediaTypes) {
    this.file = file;
    this.mediaTypes = List.of(mediaTypes);
  }

  FileFormat file() {
    return file;
  }

  /** Returns the value of the {@code Content-Type} header of a response. */
  String contentType() {
    return mediaTypes.get(0).startsWith("text/")
        ? mediaTypes.get(0) + ";charset=utf-8"
        : mediaTypes.get(0);
  }

  /** Returns the requested format: that of the parameter, or else that of the header. */
  static SnapshotFormat ofAnswer(HttpServletRequest request, Parameters parameters) {
    if (parameters.has(PARAMETER)) {
      return ofParameter(parameters);
    }
    List<String> all =
        Arrays.stream(values()).flatMap(format -> format.mediaTypes.stream()).toList();
    return ofMediaType(Format.preferred(request, all));
  }

  /**
   * Returns the format of the request's body: that of the parameter, or else that of the header.
   */
  static SnapshotFormat ofBody(HttpServletRequest request, Parameters parameters) {
    String type = Format.typeOfBody(request);
    if (parameters.has(PARAMETER)) {
      return ofParameter(parameters);
    }
    return type.isEmpty() ? JSON : ofMediaType(type);
  }

  private static SnapshotFormat ofParameter(Parameters parameters) {
    String name = parameters.choice(PARAMETER, "json", "yaml", "properties", "exact");
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static SnapshotFormat ofMediaType(String type) {
    return Arrays.stream(values())
        .filter(format -> format.mediaTypes.contains(type))
        .findFirst()
        .orElseThrow(() -> new ProblemException(
            ErrorKind.UNSUPPORTED_MEDIA_TYPE,
            "A snapshot is application/json, application/yaml, text/x-java-properties or"
                + " application/x-ndjson; or add ?format="));
  }
}
