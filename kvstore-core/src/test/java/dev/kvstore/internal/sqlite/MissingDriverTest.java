package dev.kvstore.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MissingDriverTest {
  @TempDir
  Path folder;

  @Test
  void open_withoutTheDriver_namesTheDependency() throws Exception {
    Path file = folder.resolve("a/settings.db");
    try (URLClassLoader withoutDriver =
        new URLClassLoader(classPathWithout("sqlite-jdbc"), ClassLoader.getPlatformClassLoader())) {
      Method open = withoutDriver
          .loadClass("dev.kvstore.internal.sqlite.SqliteEntryDatabase")
          .getMethod("open", Path.class);

      assertThat(catchThrowable(() -> open.invoke(null, file)).getCause())
          .hasToString(
              "dev.kvstore.KVException: SQLite is not on the class path: add the dependency"
                  + " org.xerial:sqlite-jdbc");
    }
    assertThat(folder).isEmptyDirectory();
  }

  private static URL[] classPathWithout(String jar) throws Exception {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<URL> urls = new ArrayList<>();
    for (String element : classPath.split(File.pathSeparator, -1)) {
      if (!element.isEmpty() && !element.contains(jar)) {
        urls.add(Path.of(element).toUri().toURL());
      }
    }
    return urls.toArray(new URL[0]);
  }
}
