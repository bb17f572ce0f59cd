package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.io.IOException;
import java.io.Writer;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.events.ImplicitTuple;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Writes YAML that all readers interpret in the same way: ambiguous names are quoted, and numbers
 * with an exponent have a tag.
 */
final class YamlOutput extends YAMLFactory {
  private static final long serialVersionUID = 1L;

  private YamlOutput() {
    super(builder()
        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
        .disable(YAMLGenerator.Feature.SPLIT_LINES)
        .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
        .stringQuotingChecker(new Quoting()));
  }

  static JsonGenerator to(Writer writer) throws IOException {
    return new YamlOutput().createGenerator(new EscapingWriter(writer));
  }

  @Override
  protected YAMLGenerator _createGenerator(Writer out, IOContext context) throws IOException {
    return new Tagging(context, _yamlGeneratorFeatures, _quotingChecker, out, _version);
  }

  private static final class Tagging extends YAMLGenerator {
    private boolean tagged;

    Tagging(
        IOContext context,
        int features,
        StringQuotingChecker quoting,
        Writer out,
        DumperOptions.Version version)
        throws IOException {
      super(context, 0, features, quoting, null, out, version);
    }

    @Override
    public void writeNumber(String number) throws IOException {
      tagged = number.indexOf('E') >= 0;
      super.writeNumber(number);
    }

    @Override
    protected ScalarEvent _scalarEvent(String value, ScalarStyle style) {
      if (!tagged) {
        return super._scalarEvent(value, style);
      }
      tagged = false;
      ImplicitTuple explicit = new ImplicitTuple(false, false);
      return new ScalarEvent(null, Tag.FLOAT.getValue(), explicit, value, null, null, style);
    }
  }

  private static final class Quoting extends StringQuotingChecker.Default {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean needToQuoteName(String name) {
      return super.needToQuoteName(name)
          || !Character.isLetter(name.codePointAt(0))
          || !name.codePoints()
              .allMatch(c -> Character.isLetterOrDigit(c) || "_-./".indexOf(c) >= 0);
    }
  }
}
