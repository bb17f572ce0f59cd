package dev.kvstore.http.command;

import picocli.CommandLine.IVersionProvider;

/** The version that the jar's manifest names. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {"kvstore " + (version == null ? "(not from a jar)" : version)};
  }
}
