using System.Text;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Dicom;

/// <summary>The examples of PS3.5 Annexes H to K, every term of PS3.3 C.12.1.1.2, and what Russian archives leave undeclared.</summary>
public class CharacterSets
{
    [Theory]
    [InlineData(@"\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう",
        "59616D6164615E5461726F753D1B24423B3345441B28425E1B244242404F3A1B28423D1B24422464245E24401B28425E1B2442243F246D24261B2842")]
    [InlineData(@"ISO 2022 IR 13\ISO 2022 IR 87", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        "D4CFC0DE5EC0DBB33D1B24423B3345441B284A5E1B244242404F3A1B284A3D1B24422464245E24401B284A5E1B2442243F246D24261B284A")]
    [InlineData(@"\ISO 2022 IR 149", "Hong^Gildong=洪^吉洞=홍^길동",
        "486F6E675E47696C646F6E673D1B242943FBF35E1B242943D1CED4D73D1B242943C8AB5E1B242943B1E6B5BF")]
    [InlineData("ISO_IR 192", "Wang^XiaoDong=王^小东=", "57616E675E5869616F446F6E673DE78E8B5EE5B08FE4B89C3D")]
    [InlineData("GB18030", "Wang^XiaoDong=王^小东=", "57616E675E5869616F446F6E673DCDF55ED0A1B6AB3D")]
    [InlineData("GBK", "Wang^XiaoDong=王^小东=", "57616E675E5869616F446F6E673DCDF55ED0A1B6AB3D")]
    [InlineData(@"\ISO 2022 IR 58", "Zhang^XiaoDong=张^小东=", "5A68616E675E5869616F446F6E673D1B242941D5C55E1B242941D0A1B6AB3D")]
    public void Examples_of_the_standard_are_read_and_written_byte_for_byte(string declared, string name, string hex)
    {
        var set = DicomCharacterSet.Parse(Encoding.ASCII.GetBytes(declared));
        Assert.Equal(name, set.Decode(Convert.FromHexString(hex)));
        Assert.Equal(hex, Convert.ToHexString(set.Encode(name)));
    }

    [Theory]
    [InlineData("100", "Äneas^Rüdiger")]
    [InlineData("101", "Wałęsa^Žofie")]
    [InlineData("109", "Ċensu^Ħaż")]
    [InlineData("110", "Ķeniņš^Ēriks")]
    [InlineData("144", "Люксембург^Роза")]
    [InlineData("127", "قباني^لنزار")]
    [InlineData("126", "Διονυσιος")]
    [InlineData("138", "שרון^דבורה")]
    [InlineData("148", "Çavuşoğlu^Işık")]
    [InlineData("203", "Œuvre^Žižka€")]
    [InlineData("166", "นามสกุล^ชื่อ")]
    [InlineData("13", "ﾔﾏﾀﾞ^ﾀﾛｳ")]
    public void Single_byte_sets_are_read_and_written_alone_and_by_code_extension(string number, string name)
    {
        foreach (var declared in new[] { $"ISO_IR {number}", $"ISO 2022 IR {number}", $@"\ISO 2022 IR {number}", $@"ISO 2022 IR 6\ISO 2022 IR {number}", $@"ISO 2022 IR {number}\ISO 2022 IR 87" })
        {
            Assert.Equal(name, Survive(declared, name));
        }
    }

    [Theory]
    [InlineData(@"ISO 2022 IR 13\ISO 2022 IR 87\ISO 2022 IR 159", "ﾔﾏﾀﾞ^丂=山田^丂丄")]
    [InlineData(@"ISO 2022 IR 144\ISO 2022 IR 100", "Иванов^Müller")]
    [InlineData(@"ISO 2022 IR 100\ISO 2022 IR 144\ISO 2022 IR 126", "Buc^Jérôme=Иванов=Διονυσιος")]
    [InlineData("GB18030", "㐀^𠀀=Иванов")]
    public void Several_sets_stand_in_one_name(string declared, string name) => Assert.Equal(name, Survive(declared, name));

    [Fact]
    public void A_character_of_no_declared_set_is_not_written() =>
        Assert.Throws<ArgumentException>(() => DicomCharacterSet.Parse(@"ISO 2022 IR 100\ISO 2022 IR 87"u8).Encode("홍"));

    [Fact]
    public void A_backslash_inside_a_two_byte_character_separates_nothing()
    {
        // 稼 is 33 5C in JIS X 0208 and 乗 is 81 5C in GBK.
        var japanese = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "", "ISO 2022 IR 87").Set(DicomTags.OtherPatientNames, "稼^一", "二");
        Assert.Equal(["稼^一", "二"], japanese.GetStrings(DicomTags.OtherPatientNames));
        var chinese = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "GBK").Set(DicomTags.OtherPatientNames, "乗", "二");
        Assert.Equal(["乗", "二"], chinese.GetStrings(DicomTags.OtherPatientNames));
    }

    [Fact]
    public void Line_ends_put_the_first_set_back_in_force_and_signs_of_names_do_so_only_in_names()
    {
        var set = DicomCharacterSet.Parse(@"\ISO 2022 IR 149"u8);
        Assert.Equal("홍\r\n홍", set.Decode(set.Encode("홍\r\n홍", DicomVr.LT), DicomVr.LT));
        Assert.Equal([.. "\u001b$)C"u8, 0xC8, 0xAB, (byte)'^', 0xC8, 0xAB], set.Encode("홍^홍", DicomVr.LT));
        Assert.Equal("홍^홍", set.Decode(set.Encode("홍^홍", DicomVr.LT), DicomVr.LT));
    }

    [Theory]
    [MemberData(nameof(RussianNames))]
    public void Russian_names_without_a_declared_set_are_told_apart_in_every_old_encoding(string name)
    {
        foreach (var text in new[] { name, name.ToUpperInvariant(), name.Replace(' ', '^') })
        {
            foreach (var (encoding, page) in new[] { ("windows-1251", 1251), ("koi8-r", 20866), ("ibm866", 866), ("utf-8", 65001) })
            {
                var bytes = DicomCharacterSet.Page(page).GetBytes(text);
                Assert.Equal((text, encoding), (text, UndeclaredText.EncodingOf(bytes)));
            }
        }
    }

    [Theory]
    [InlineData("Müller^Jürgen")]
    [InlineData("Ångström^Åsa")]
    [InlineData("Buc^Jérôme")]
    [InlineData("Núñez^José")]
    [InlineData("Grégoire Élodie")]
    public void Western_names_are_not_taken_for_russian_ones(string name) =>
        Assert.Equal("iso-8859-1", UndeclaredText.EncodingOf(Encoding.Latin1.GetBytes(name)));

    [Fact]
    public void Undeclared_russian_text_is_read_and_reported_with_its_encoding()
    {
        var file = Reread(new DicomDataset()
            .Set(DicomTags.PatientName, DicomVr.PN, DicomCharacterSet.Page(1251).GetBytes("Пирогов^Николай"))
            // Too short to tell anything alone.
            .Set(DicomTags.PatientComments, DicomVr.LT, DicomCharacterSet.Page(1251).GetBytes("да")));
        Assert.Equal("Пирогов^Николай", file.Dataset.GetString(DicomTags.PatientName));
        Assert.Equal("да", file.Dataset.GetString(DicomTags.PatientComments));
        Assert.Contains(file.Warnings, w => (w.Code, w.Detail) == ("undeclared-character-set", "windows-1251"));
    }

    [Fact]
    public void Russian_text_declared_as_latin_is_read_as_russian_and_reported()
    {
        var file = Reread(new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 100")
            .Set(DicomTags.PatientName, DicomVr.PN, DicomCharacterSet.Page(1251).GetBytes("Пирогов^Николай")));
        Assert.Equal("Пирогов^Николай", file.Dataset.GetString(DicomTags.PatientName));
        Assert.Contains(file.Warnings, w => (w.Code, w.Detail) == ("mistaken-character-set", "windows-1251"));
    }

    [SkippableTheory]
    [InlineData("chrArab", "قباني^لنزار")]
    [InlineData("chrFren", "Buc^Jérôme")]
    [InlineData("chrFrenMulti", "Buc^Jérôme")]
    [InlineData("chrGerm", "Äneas^Rüdiger")]
    [InlineData("chrGreek", "Διονυσιος")]
    [InlineData("chrH31", "Yamada^Tarou=山田^太郎=やまだ^たろう")]
    [InlineData("chrH32", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう")]
    [InlineData("chrHbrw", "שרון^דבורה")]
    [InlineData("chrI2", "Hong^Gildong=洪^吉洞=홍^길동")]
    [InlineData("chrJapMulti", "やまだ^たろう")]
    [InlineData("chrJapMultiExplicitIR6", "やまだ^たろう")]
    [InlineData("chrKoreanMulti", "김희중")]
    [InlineData("chrRuss", "Люкceмбypг")]
    [InlineData("chrX1", "Wang^XiaoDong=王^小東")]
    [InlineData("chrX2", "Wang^XiaoDong=王^小东")]
    public void Published_names_read_as_published(string file, string name) =>
        Assert.Equal(name, DicomReader.ReadFile(SharedRadiology.Path("pydicom", "charset_files", file + ".dcm")).Dataset.GetString(DicomTags.PatientName)!.TrimEnd('='));

    public static TheoryData<string> RussianNames =>
    [
        "Иванов Иван Иванович", "Петрова Анна Сергеевна", "Сидоров", "Кузнецова", "Пирогов", "Смирнов Алексей", "Попов", "Васильева Ольга",
        "Соколов Дмитрий", "Михайлов", "Новикова Елена", "Фёдоров Фёдор", "Морозова", "Волков", "Алексеева", "Лебедев", "Семёнов", "Егорова Юлия",
        "Павлов Павел", "Козлов", "Степанова", "Николаев", "Орлов", "Андреева", "Макаров", "Никитин", "Захарова", "Зайцев", "Соловьёв", "Борисова",
        "Яковлев", "Григорьева", "Романов", "Воробьёв", "Сергеев", "Кузьмин", "Фролова", "Александров", "Дмитриев", "Королёва", "Гусев", "Киселёв",
        "Ильин", "Максимова", "Поляков", "Сорокина", "Виноградов", "Ковалёв", "Белова", "Медведев", "Антонова", "Тарасов", "Жукова", "Баранов",
        "Филиппов", "Комаров", "Давыдов", "Беляева", "Герасимов", "Богданов", "Осипова", "Матвеев", "Титов", "Марков", "Миронова", "Крылов",
        "Куликова", "Карпов", "Власов", "Мельникова", "Денисов", "Гаврилова", "Тихонов", "Казаков", "Афанасьев", "Данилова", "Щербаков", "Цветков",
        "Чернов", "Абрамов", "Ефимов", "Шевченко", "Юсупов", "Эйхман", "Хабибуллин", "Цой", "Ким", "Ли Сергей", "Эдуард Юрьевич", "Юрий Эдуардович",
        "Органы грудной клетки", "КТ головного мозга", "Рентгенография", "Областная больница",
    ];

    private static string? Survive(string declared, string name)
    {
        var dataset = new DicomDataset().Set(DicomTags.SpecificCharacterSet, declared.Split('\\')).Set(DicomTags.PatientName, name);
        return Reread(dataset).Dataset.GetString(DicomTags.PatientName);
    }

    private static DicomFile Reread(DicomDataset dataset) =>
        DicomReader.Read(DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian)));
}
