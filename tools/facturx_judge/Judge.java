import java.io.FileInputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.mustangproject.validator.ZUGFeRDValidator;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Judges PDF files with veraPDF and, on demand, with Mustang: one tab-separated line a file and judge on standard output.
 *
 *   java -cp ... Judge.java [--mustang] [--flavour 3b] FILE...
 *
 * verapdf  FILE  passed|failed|error  flavour  clause-test×count: description | ...
 * mustang  FILE  valid|invalid|error  first messages
 *
 * Without --flavour a file is judged as what its own metadata says it is, which is what a receiver does.
 */
public class Judge {
    public static void main(String[] args) throws Exception {
        java.io.PrintStream out = System.out;
        System.setOut(System.err); // the libraries chat on standard output
        VeraGreenfieldFoundryProvider.initialise();
        boolean mustang = false;
        PDFAFlavour asked = null;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--mustang")) {
                mustang = true;
            } else if (args[i].equals("--flavour")) {
                asked = PDFAFlavour.byFlavourId(args[++i]);
            } else {
                out.println("verapdf\t" + args[i] + "\t" + verapdf(Path.of(args[i]), asked));
                if (mustang) {
                    out.println("mustang\t" + args[i] + "\t" + mustang(args[i]));
                }
                out.flush();
            }
        }
        System.exit(0); // Mustang leaves threads behind
    }

    private static String verapdf(Path file, PDFAFlavour asked) {
        try (FileInputStream in = new FileInputStream(file.toFile()); PDFAParser parser = Foundries.defaultInstance().createParser(in)) {
            PDFAFlavour flavour = asked == null ? claimed(parser) : asked;
            if (flavour == PDFAFlavour.NO_FLAVOUR) {
                return "failed\tnone\tno PDF/A identification";
            }
            PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false);
            ValidationResult result = validator.validate(parser);
            Map<String, Integer> counts = new LinkedHashMap<>();
            for (TestAssertion assertion : result.getTestAssertions()) {
                String key = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber() + " " + flat(assertion.getMessage());
                counts.merge(key, 1, Integer::sum);
            }
            StringBuilder failures = new StringBuilder();
            counts.forEach((key, count) -> failures.append(failures.length() == 0 ? "" : " | ").append(count).append("x ").append(key));
            return (result.isCompliant() ? "passed" : "failed") + "\t" + flavour.getId() + "\t" + failures;
        } catch (Exception | StackOverflowError | OutOfMemoryError error) {
            return "error\tnone\t" + flat(error.toString());
        }
    }

    private static PDFAFlavour claimed(PDFAParser parser) {
        return parser.getFlavours().isEmpty() ? PDFAFlavour.NO_FLAVOUR : parser.getFlavour();
    }

    private static String mustang(String file) {
        try {
            ZUGFeRDValidator validator = new ZUGFeRDValidator();
            String report = validator.validate(file);
            return (validator.wasCompletelyValid() ? "valid" : "invalid") + "\t-\t" + flat(report);
        } catch (Exception | StackOverflowError | OutOfMemoryError error) {
            return "error\t-\t" + flat(error.toString());
        }
    }

    private static String flat(String text) {
        return text == null ? "" : text.replaceAll("\\s+", " ").trim();
    }
}
