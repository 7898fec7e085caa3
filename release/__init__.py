"""What a release needs beside the code: the audit of its dependencies, and its files."""
