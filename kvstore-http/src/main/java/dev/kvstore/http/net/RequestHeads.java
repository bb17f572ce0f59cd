package dev.kvstore.http.net;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.BufferUtil;

/**
 * A factory of connections with stricter limits on request heads than Jetty's. A connection refuses
 * a request with very many header fields, because a field of two bytes takes a hundred in memory,
 * and one with a very long field before parsing it, which takes Jetty quadratic time for some
 * fields. It is closed after a request with a large head, whose memory the parser would keep. After
 * an unreadable target, the headers are still read, because they authenticate the caller. The only
 * supported transfer coding is {@code chunked}; see RFC 9112, section 6.1.
 */
public final class RequestHeads extends HttpConnectionFactory {
  /** Matches a list of tokens, see RFC 9110, section 5.6.2; elements may be empty. */
  private static final Pattern NAMES = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z, \\t-]*+");

  /** The path of a request with an unreadable target. No client can send a space in a path. */
  public static final String UNREADABLE_PATH = "/unreadable path";

  /** The maximum number of fields, more than any client or proxy sends. */
  static final int MAX_FIELDS = 200;

  /**
   * The size up to which every field is accepted, which is 8 KiB in most servers. The target may be
   * longer.
   */
  static final int MAX_FIELD_BYTES = 8 * 1024;

  /** The number of bytes to parse between two checks of the field's length. */
  private static final int SLICE_BYTES = 2 * 1024;

  /** The maximum memory that the parser may keep for the next request on the connection. */
  static final int KEPT_BYTES = 8 * 1024;

  public RequestHeads(HttpConfiguration config) {
    super(config);
  }

  @Override
  public Connection newConnection(Connector connector, EndPoint endPoint) {
    HttpConnection connection = new BoundedConnection(getHttpConfiguration(), connector, endPoint);
    connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
    return configure(connection, connector, endPoint);
  }

  private static boolean isPath(String method, String target) {
    return target.startsWith("/")
        || target.contains("://")
        || HttpMethod.OPTIONS.is(method)
        || HttpMethod.CONNECT.is(method)
        || HttpMethod.PRI.is(method);
  }

  private static HttpException.RuntimeException tooLarge(String what) {
    return new HttpException.RuntimeException(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431, what);
  }

  private static final class BoundedConnection extends HttpConnection {
    private BoundedConnection(HttpConfiguration config, Connector connector, EndPoint endPoint) {
      super(config, connector, endPoint);
    }

    @Override
    protected RequestHandler newRequestHandler() {
      return new BoundedHandler();
    }

    /** Called by the constructor, after {@link #newRequestHandler}. */
    @Override
    protected HttpParser newHttpParser(HttpCompliance compliance) {
      HttpParser usual = super.newHttpParser(compliance);
      HttpParser parser = new BoundedParser(
          (BoundedHandler) usual.getHandler(),
          getHttpConfiguration().getRequestHeaderSize(),
          compliance);
      parser.setHeaderCacheSize(usual.getHeaderCacheSize());
      parser.setHeaderCacheCaseSensitive(usual.isHeaderCacheCaseSensitive());
      return parser;
    }

    private final class BoundedHandler extends RequestHandler {
      private int fields;

      /** True if a field has begun since the last check; and if there was any field. */
      private boolean begun;

      private boolean inFields;

      private boolean mayBeCoded;
      private boolean otherCoding;

      @Override
      public void messageBegin() {
        fields = 0;
        inFields = false;
        otherCoding = false;
        super.messageBegin();
      }

      @Override
      public void startRequest(String method, String target, HttpVersion version) {
        begin();
        mayBeCoded = version.getVersion() >= HttpVersion.HTTP_1_1.getVersion();
        try {
          super.startRequest(method, isPath(method, target) ? target : UNREADABLE_PATH, version);
        } catch (IllegalArgumentException e) {
          super.startRequest(method, UNREADABLE_PATH, version);
        }
      }

      @Override
      public void parsedHeader(HttpField field) {
        begin();
        count();
        // The server would parse this field again when it replaces a response by an error, and
        // fail.
        if (field.getHeader() == HttpHeader.CONNECTION
            && !NAMES.matcher(Objects.requireNonNullElse(field.getValue(), "")).matches()) {
          throw new HttpException.RuntimeException(
              HttpStatus.BAD_REQUEST_400, "Connection is not a list of names");
        }
        if (field.getHeader() == HttpHeader.TRANSFER_ENCODING) {
          if (!mayBeCoded) {
            throw new HttpException.RuntimeException(
                HttpStatus.BAD_REQUEST_400, "Transfer-Encoding needs HTTP/1.1");
          }
          otherCoding |= !HttpHeaderValue.CHUNKED.is(field.getValue());
        }
        super.parsedHeader(field);
      }

      @Override
      public void parsedTrailer(HttpField field) {
        count();
        super.parsedTrailer(field);
      }

      @Override
      public boolean headerComplete() {
        // The parser has already refused a request in which chunked is not the last coding.
        if (otherCoding) {
          throw new HttpException.RuntimeException(
              HttpStatus.NOT_IMPLEMENTED_501,
              "Transfer-Encoding can be chunked only: send the body as it is");
        }
        boolean handle = super.headerComplete();
        if (getParser().getHeaderLength() > KEPT_BYTES) {
          getGenerator().setPersistent(false);
        }
        return handle;
      }

      private void begin() {
        begun = true;
        inFields = true;
      }

      private void count() {
        if (++fields > MAX_FIELDS) {
          throw tooLarge("more than " + MAX_FIELDS + " header fields");
        }
      }
    }
  }

  private static final class BoundedParser extends HttpParser {
    private final BoundedConnection.BoundedHandler handler;
    private int fieldBytes;

    BoundedParser(
        BoundedConnection.BoundedHandler handler, int maxHeaderBytes, HttpCompliance compliance) {
      super(handler, maxHeaderBytes, compliance);
      this.handler = handler;
    }

    /** Parses a head in slices, so that an overlong field is refused before it is complete. */
    @Override
    public boolean parseNext(ByteBuffer buffer) {
      int end = buffer.limit();
      while (inHeaderState() && buffer.remaining() > SLICE_BYTES) {
        buffer.limit(buffer.position() + SLICE_BYTES);
        boolean handle = parseSlice(buffer);
        if (isTerminated()) {
          // The parser has cleared the buffer.
          return handle;
        }
        buffer.limit(end);
        if (handle) {
          return true;
        }
      }
      return parseSlice(buffer);
    }

    private boolean parseSlice(ByteBuffer buffer) {
      int from = buffer.position();
      boolean handle = super.parseNext(buffer);
      if (handle || !inHeaderState()) {
        fieldBytes = 0;
        return handle;
      }
      fieldBytes = (handler.begun ? 0 : fieldBytes) + buffer.position() - from;
      handler.begun = false;
      // The count includes data before the field in its first slice.
      if (handler.inFields && fieldBytes > MAX_FIELD_BYTES + SLICE_BYTES) {
        BufferUtil.clear(buffer);
        badMessage(tooLarge("a field of more than " + MAX_FIELD_BYTES + " bytes"));
      }
      return false;
    }
  }
}
