/* reads a<TAB>b; prints -1, 0 or 1 */
import java.io.BufferedReader;
import java.io.InputStreamReader;
import org.apache.maven.artifact.versioning.ComparableVersion;

public class Maven {
	public static void main(String[] arguments) throws Exception {
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
		StringBuilder out = new StringBuilder();

		for (String line; (line = in.readLine()) != null; ) {
			String[] pair = line.split("\t", -1);
			int order = new ComparableVersion(pair[0])
				.compareTo(new ComparableVersion(pair[1]));

			out.append(Integer.signum(order)).append('\n');
		}
		System.out.print(out);
	}
}
