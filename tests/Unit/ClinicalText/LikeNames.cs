using Pirogov.ClinicalText;
using Xunit;

namespace Pirogov.Unit.ClinicalText;

public class LikeNames
{
    [Theory]
    [InlineData("сидоров иван", "Сидоров^Иван^Петрович")]
    [InlineData("Иван Сидоров", "Сидоров^Иван^Петрович")]
    [InlineData("ivan sidorov", "Сидоров^Иван^Петрович")]
    [InlineData("Сидоров И П", "Sidorov^Ivan^Petrovich")]
    [InlineData("Сидор*", "Sídorov^Ivan")]
    [InlineData("Королев", "Королёв^Семён")]
    [InlineData("КОРОЛЁВ", "Королев^Семен")]
    [InlineData("Korolyov", "Королёв^Семён")]
    [InlineData("Scherbakova Julia", "Щербакова^Юлия")]
    [InlineData("Щербакова Юлия", "Shcherbakova^Yuliya")]
    [InlineData("Solov'ev", "Соловьёв^Дмитрий")]
    [InlineData("dmitry", "Соловьёв^Дмитрий")]
    [InlineData("Muller", "Müller^Jürgen")]
    [InlineData("Žukov", "Жуков^Георгий")]
    [InlineData("Ivanov", "Yamada^Tarou=山田^太郎=Ivanov^Pyotr")]
    public void A_name_is_found_in_any_order_alphabet_and_accents(string asked, string name) => Assert.True(new LikeName(asked).Is(name));

    [Theory]
    [InlineData("Сидоров Пётр", "Сидоров^Иван")]
    [InlineData("Иванов Иван", "Иванов^Пётр")]
    [InlineData("дороу", "Сидоров^Иван")]
    [InlineData("доров", "Сидоров^Иван")]
    [InlineData("Иванов Иван Иванович", "Иванов^Иван")]
    [InlineData("*", "Сидоров^Иван")]
    [InlineData("Petrov", "")]
    public void Another_name_is_not(string asked, string name) => Assert.False(new LikeName(asked).Is(name));
}
